import ArgumentParser
import Checkpoints
import Diagnostics
import Notebooks
import Terminals

/// `skillet run FILE`: runs a recipe from a file, or from standard input (`-`).
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a recipe.",
    discussion: "Ends with 0, 1 (a run or assertion failed), 65 (bad recipe), 66 (bad input), 130.")

  @ArgumentParser.Argument(help: "The recipe; - reads standard input.")
  var file: String

  @Option(name: .customLong("set"), help: "Give a parameter a value: --set rank=16.")
  var overrides: [String] = []

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let printer: any EventPrinter =
      options.json
      ? JSONPrinter(screen: screen) : PeoplePrinter(screen: screen, echoes: true)
    let runner = RecipeRunner(screen: screen, printer: printer)
    throw runner.run(file, overrides: overrides)
  }
}

/// `skillet check FILE`: reports everything that is wrong with a recipe without running it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a recipe without running it.")

  @ArgumentParser.Argument(help: "The recipes; - reads standard input.")
  var files: [String]

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let printer: any EventPrinter =
      options.json
      ? JSONPrinter(screen: screen) : PeoplePrinter(screen: screen, echoes: false)
    throw RecipeRunner(screen: screen, printer: printer).check(files)
  }
}
