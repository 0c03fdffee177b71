import ArgumentParser
import Checkpoints
import Diagnostics
import Notebooks
import RecipeLanguage
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
    let runner = RecipeRunner(
      screen: screen, printer: PeoplePrinter(screen: screen, echoes: false))
    var status = ExitStatus.good
    defer { runner.printer.finish(isGood: status == .good, seconds: 0) }
    for file in files {
      let tree = try runner.read(file).main
      guard !tree.hasErrors else {
        for diagnostic in tree.diagnostics { runner.printer.show(.diagnostic(diagnostic)) }
        status = .badRecipe
        continue
      }
      let formatted = Formatter.format(tree)
      if check {
        let changes = Self.changes(from: tree.source.text, to: formatted)
        if !changes.isEmpty, status == .good { status = .failed }
        if !changes.isEmpty { screen.streams.output.writeLine("\(file):") }
        for line in changes { screen.streams.output.writeLine(line) }
      } else if file == "-" {
        screen.streams.output.write(formatted)
      } else if formatted != tree.source.text {
        try write(formatted, to: file, screen)
      }
    }
    if status != .good { throw status }
  }

  private func write(_ text: String, to file: String, _ screen: Screen) throws {
    do throws(CheckpointError) {
      try AtomicFile.write(text, to: file)
    } catch {
      screen.streams.error.writeLine("skillet: \(error)")
      throw ExitStatus.badInput
    }
  }

  /// Lines that would go (`-`) and come (`+`), with their numbers in the old and the new text.
  private static func changes(from old: String, to new: String) -> [String] {
    let lines = { (text: String) in
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    let difference = lines(new).difference(from: lines(old))
    let removed = difference.removals.compactMap { change -> (Int, Int, String)? in
      guard case .remove(let line, let text, _) = change else { return nil }
      return (line, 0, "\(line + 1) - \(text)")
    }
    let inserted = difference.insertions.compactMap { change -> (Int, Int, String)? in
      guard case .insert(let line, let text, _) = change else { return nil }
      return (line, 1, "\(line + 1) + \(text)")
    }
    return (removed + inserted).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}
