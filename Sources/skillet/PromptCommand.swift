import ArgumentParser
import Notebooks
import Terminals

/// `skillet`: the prompt.
struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "Type commands at a prompt (the default).")

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    Interruption.install()
    throw PromptLoop(screen: screen, isJSON: options.json).run()
  }
}
