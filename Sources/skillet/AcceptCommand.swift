import ArgumentParser
import Glibc
import Notebooks
import Terminals

/// `skillet accept FILE`: runs a recipe and records the values that it expects.
struct AcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Run a recipe and write into it the values that it expects.",
    discussion: """
      `expect x` alone asks for its value; a recorded value that no longer holds is replaced. Both are
      shown, and nothing else of the file changes. The run's own results go to standard error.
      """)

  @ArgumentParser.Argument(help: "The recipe.")
  var file: String

  @Option(name: .customLong("set"), help: "Give a parameter a value: --set rank=16.")
  var overrides: [String] = []

  @Flag(help: "Record even where CI is set, as it is on machines that only check.")
  var force = false

  @Option(help: "auto, always or never; NO_COLOR is obeyed by auto.")
  var color: ColorChoice = .auto

  func validate() throws {
    if file == "-" { throw ValidationError("accept writes into a file; standard input is none") }
    if Self.isCI, !force {
      throw ValidationError(
        "CI is set: a machine that checks records nothing; run accept at home, or add --force")
    }
  }

  func run() throws {
    let screen = Screen(color: color)
    let printer = PeoplePrinter(screen: screen.aside, echoes: true)
    throw RecipeRunner(screen: screen, printer: printer).accept(file, overrides: overrides)
  }

  private static var isCI: Bool {
    let value = getenv("CI").map { String(cString: $0) } ?? ""
    return !["", "0", "false"].contains(value)
  }
}
