import ArgumentParser
import Glibc
import Notebooks
import Terminals

/// `skillet accept FILE`: runs a recipe and records the values that it expects.
struct AcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Run a recipe and write into it the values that it expects.",
    discussion: """
      `expect x` alone asks for its value; a recorded value that no longer holds may be replaced. Each \
      is shown as the line that stands there and the line that would; at a terminal you accept it, \
      reject it (the recorded value stands) or skip it (to decide another time). The file is written \
      once, with what was accepted, and nothing else of it changes.

      Ends with 0 if all expectations hold then, and with 1 if one was rejected, skipped or left open. \
      Without a terminal to ask at it is refused before it runs, unless --all or --dry-run says what becomes \
      of the values. The run's own results go to standard error, or with --json to standard output, with \
      one `expectation` event for each value.
      """)

  @ArgumentParser.Argument(help: "The recipe.")
  var file: String

  @Option(name: .customLong("set"), help: "Give a parameter a value: --set rank=16.")
  var overrides: [String] = []

  @Flag(help: "Accept every value without asking.")
  var all = false

  @Flag(help: "Show every value as it would be recorded, and write none.")
  var dryRun = false

  @Flag(help: "Record even where CI is set, as it is on machines that only check.")
  var force = false

  @OptionGroup var place: FolderOptions

  @OptionGroup var options: OutputOptions

  func validate() throws {
    if file == "-" { throw ValidationError("accept writes into a file; standard input is none") }
    if all, dryRun { throw ValidationError("--all records and --dry-run does not; take one") }
    if Self.isCI, !force, !dryRun {
      throw ValidationError(
        "CI is set: a machine that checks records nothing; run accept at home, or add --force")
    }
    if !all, !dryRun, !Self.canAsk {
      throw ValidationError(
        "there is no terminal to ask at, so nothing is run: --all records every value, --dry-run shows "
          + "them and writes none")
    }
  }

  func run() throws {
    let screen = Screen(color: options.color)
    let printer = options.printer(on: options.json ? screen : screen.aside, echoes: true)
    let isAsked = !all && !dryRun
    let review = ChangeReview(
      way: all ? .all : isAsked ? .ask : .show,
      screen: isAsked ? screen.aside : options.json ? nil : screen)
    throw RecipeRunner(printer: printer, isInCurrentFolder: place.isInCurrentFolder)
      .accept(file, overrides: overrides, review)
  }

  private static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  private static var isCI: Bool {
    let value = unsafe getenv("CI").map { unsafe String(cString: $0) } ?? ""
    return !["", "0", "false"].contains(value)
  }
}
