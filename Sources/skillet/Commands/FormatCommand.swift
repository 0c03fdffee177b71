import ArgumentParser
import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// `skillet fmt`: one layout for all recipes.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay recipes out in the one style of the language.")

  @ArgumentParser.Argument(help: "The recipes; - reads standard input and writes standard output.")
  var files: [String]

  @Flag(help: "Write nothing: show what would change, and end with 1 if anything would.")
  var check = false

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let runner = RecipeRunner(printer: options.printer(on: screen, echoes: false))
    let start = runner.clock.now
    var status = ExitStatus.good
    for file in files {
      do throws(ExitStatus) {
        try format(file, runner, screen.streams.output)
      } catch {
        if error.rawValue > status.rawValue { status = error }
      }
    }
    throw runner.finish(status, since: start)
  }

  private func format(
    _ file: String, _ runner: RecipeRunner, _ output: TextOutput
  ) throws(ExitStatus) {
    let tree = try runner.readText(file).main
    guard !tree.hasErrors else {
      for diagnostic in tree.diagnostics { runner.printer.show(.diagnostic(diagnostic)) }
      throw .badRecipe
    }
    let formatted = Formatter.format(tree)
    let changes = LineChange.all(from: tree.source.text, to: formatted)
    if options.json {
      output.writeJSON([
        "event": "format", "file": .string(file), "changes": .array(changes.map(\.json)),
        "text": file == "-" ? .string(formatted) : .null,
      ])
    } else if check, !changes.isEmpty {
      output.writeLine("\(file):")
      for change in changes { output.writeLine(change.shown) }
    } else if !check, file == "-" {
      // the recipe itself, for a file; on a terminal it is read
      if output.isTerminal { output.write(formatted) } else { output.writeVerbatim(formatted) }
    }
    guard !changes.isEmpty else { return }
    if check { throw .failed }
    if file != "-" { try write(formatted, to: file, runner.printer) }
  }

  private func write(
    _ text: String, to file: String, _ printer: any EventPrinter
  ) throws(ExitStatus) {
    do throws(FileError) {
      try AtomicFile.write(text, to: file)
    } catch {
      printer.tell("skillet: \(error)", .error)
      throw .failed
    }
  }
}
