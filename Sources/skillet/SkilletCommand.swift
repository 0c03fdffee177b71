import ArgumentParser

/// The command: a prompt by itself, and subcommands for recipes.
@main
struct SkilletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skillet",
    abstract: "Fine-tune small language models with quantized LoRA, a line a step.",
    discussion: """
      Without a subcommand this is a prompt: type `load "smollm2"`, then `?load` for help.
      """,
    version: "0.1.0",
    subcommands: [
      PromptCommand.self, RunCommand.self, CheckCommand.self, FormatCommand.self,
      ExplainCommand.self, DoctorCommand.self,
    ],
    defaultSubcommand: PromptCommand.self)

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitStatus {
      ExitStatus.end(status)
    } catch {
      exit(withError: error)
    }
  }
}

/// Options that several subcommands share.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Write one JSON object a line to standard output.")
  var json = false

  @Option(help: "auto, always or never; NO_COLOR is obeyed by auto.")
  var color: ColorChoice = .auto
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}
