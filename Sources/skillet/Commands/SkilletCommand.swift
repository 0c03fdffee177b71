import ArgumentParser
import Diagnostics
import Glibc
import Notebooks
import Sessions
import Terminals

/// The command: a prompt by itself, and subcommands for recipes.
@main
struct SkilletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skillet",
    abstract: "Fine-tune small language models with quantized LoRA, a line a step.",
    discussion: """
      Without a subcommand this is a prompt: type `load "smollm2"`, then `?load` for help.
      """,
    version: SkilletVersion.current,
    subcommands: [
      PromptCommand.self, RunCommand.self, CheckCommand.self, AcceptCommand.self,
      FormatCommand.self, ExplainCommand.self, ReferenceCommand.self, DoctorCommand.self,
      DoctestCommand.self, RunsCommand.self, LessonsCommand.self, KernelCommand.self,
      EnvironmentCommand.self, ManualPage.self,
    ],
    defaultSubcommand: PromptCommand.self)

  static func main() {
    StandardOutput.openMissingStreams()
    do {
      try refuseUnknownCommand()
      var command = try parseAsRoot()
      try command.run()
      ExitStatus.end(.good)
    } catch let status as ExitStatus {
      ExitStatus.end(status)
    } catch {
      end(with: error)
    }
  }

  /// Help and mistakes of the command line as the parser words them, which repeats what was typed.
  private static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let streams = OutputStreams.standard()
    let text = fullMessage(for: error)
    if !text.isEmpty { (code.isSuccess ? streams.output : streams.error).writeLine(text) }
    // help and the like are results too
    if code.isSuccess { ExitStatus.end(.good) }
    Glibc.exit(code.rawValue)
  }

  /// The prompt takes no words, so a word that is no subcommand is a slip.
  private static func refuseUnknownCommand() throws {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"),
      !names.contains(word)
    else { return }
    let question = NearestName.question(for: word, among: names)
    let hint =
      word.hasSuffix(".recipe")
      ? "to run a recipe: skillet run \(word)"
      : question ?? "the commands are \(names.joined(separator: ", "))"
    throw ValidationError("there is no command \(word); \(hint)")
  }
}
