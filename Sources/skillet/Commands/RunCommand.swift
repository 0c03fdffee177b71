import ArgumentParser
import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// `skillet run FILE`: runs a recipe from a file, or from standard input (`-`).
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a recipe.",
    discussion: """
      Relative paths in a recipe begin at the folder that the recipe is in, those of --set too; those of \
      standard input at the current folder.

      Ends with 0, 1 (a run or assertion failed), 65 (bad recipe), 66 (bad input), 130.
      """)

  @ArgumentParser.Argument(help: "The recipe; - reads standard input.")
  var file: String

  @Option(name: .customLong("set"), help: "Give a parameter a value: --set rank=16.")
  var overrides: [String] = []

  @Option(
    name: .customLong("sweep"),
    help: "Run once for each value: --sweep rank=2,4,8; several make all combinations.")
  var sweeps: [String] = []

  @Option(help: "Draw this value of the runs over what is swept: of two parameters a heat map.")
  var chart: String?

  @Option(help: "Name the run that has the lowest or the highest value of --chart.")
  var best: TableFigure.Choice?

  @Option(help: "Time for all trainings together, such as 10m; no step begins after it.")
  var budget: TimeBudget?

  @Option(help: "Write the run as a page for browsers: prose, cells, curves, tables, samples.")
  var report: String?

  @OptionGroup var place: FolderOptions

  @OptionGroup var options: OutputOptions

  func validate() throws {
    if let report, !report.hasSuffix(".html") {
      throw ValidationError("--report writes a page for browsers; name it so: \(report).html")
    }
    if chart != nil, !(1...2).contains(sweeps.count) {
      throw ValidationError(
        "--chart draws runs over one or two parameters: give --sweep once or twice")
    }
    if best != nil, chart == nil {
      throw ValidationError("--best chooses by a value: name it with --chart")
    }
  }

  func run() throws {
    let screen = Screen(color: options.color)
    let printer = options.printer(on: screen, echoes: true)
    let settings = RecipeRunner.Settings(
      overrides: overrides, sweeps: sweeps, chart: chart.map { ($0, best) },
      budget: budget?.seconds)
    func status(_ printer: any EventPrinter) -> ExitStatus {
      RecipeRunner(printer: printer, isInCurrentFolder: place.isInCurrentFolder)
        .run(file, settings)
    }
    guard let report else { throw status(printer) }
    let recorder = ReportPrinter(printer, path: report, title: file)
    let status = status(recorder)
    throw recorder.isWritten || status != .good ? status : ExitStatus.failed
  }
}

extension TableFigure.Choice: ExpressibleByArgument {}

/// A duration of the language, such as `90s`.
struct TimeBudget: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    guard case .duration(let seconds)? = ParameterValue.literal(argument),
      seconds > 0, seconds < 1e9
    else { return nil }
    self.seconds = seconds
  }
}

/// `skillet check FILE`: reports everything that is wrong with a recipe without running it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a recipe without running it.")

  @ArgumentParser.Argument(help: "The recipes; - reads standard input.")
  var files: [String]

  @Flag(help: "Look at the text alone, not into the models and data that are there.")
  var textOnly = false

  @OptionGroup var place: FolderOptions

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let printer = options.printer(on: screen, echoes: false)
    throw RecipeRunner(printer: printer, isInCurrentFolder: place.isInCurrentFolder)
      .check(files, looksAhead: !textOnly)
  }
}
