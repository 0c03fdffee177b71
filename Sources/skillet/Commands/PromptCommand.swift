import ArgumentParser
import Notebooks
import Reports
import Terminals

/// `skillet`: the prompt.
struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "Type commands at a prompt (the default).",
    discussion: "First runs the cells and commands of init.recipe in $SKILLET_HOME or ~/.skillet.")

  @OptionGroup var options: OutputOptions

  @Option(help: "How results look: box, markdown, csv, json, jsonl or line.")
  var mode: OutputMode = .box

  @Flag(name: .customLong("no-init"), help: "Go without the start-up file.")
  var skipsStartUp = false

  @OptionGroup var pager: PagerOptions

  func run() throws {
    let screen = Screen(color: options.color, pages: !pager.isOff)
    Interruption.install()
    let loop = PromptLoop(
      screen: screen, settings: OutputSettings(mode: mode), isJSON: options.json)
    throw loop.run(startUpFile: skipsStartUp ? nil : SkilletHome.path("init.recipe"))
  }
}

extension OutputMode: ExpressibleByArgument {}
