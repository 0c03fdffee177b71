import Diagnostics
import RecipeLanguage

/// The cells of a prompt: what was typed, what of it counts, and the way back.
package final class Notebook {
  /// One accepted cell.
  package struct Cell {
    package let number: Int
    package let text: String
    let before: Interpreter<Session>.Snapshot
  }

  package let interpreter: Interpreter<Session>
  /// Cells that ran without error and were not undone, in order.
  package private(set) var cells: [Cell] = []

  package init(session: Session = Session()) {
    interpreter = Interpreter(executor: session)
  }

  /// The number that the next cell gets.
  package var nextCell: Int { interpreter.cell + 1 }

  package var session: Session { interpreter.executor }

  /// Runs a cell. A cell that fails changes nothing: its names and its state are taken back.
  package func run(_ text: String) throws(RunFailure) {
    let source = SourceText(name: "cell \(nextCell)", text: text)
    let tree = Parser.parse(source)
    let diagnostics = Checker.check(tree, context: checkContext)
    for diagnostic in diagnostics { interpreter.onEvent(.diagnostic(diagnostic)) }
    if diagnostics.containsError { throw RunFailure(kind: .recipe, diagnostic: nil) }
    let before = interpreter.snapshot()
    do throws(RunFailure) {
      try interpreter.run(tree.statements, of: source, isCell: true)
      cells.append(Cell(number: interpreter.cell, text: text, before: before))
    } catch {
      interpreter.restore(before)
      throw error
    }
  }

  /// What a cell that is typed now may take as given.
  package var checkContext: CheckContext {
    var context = CheckContext()
    context.verbs = session.verbs
    context.isPrompt = true
    context.state = session.shape
    for name in interpreter.environment.names {
      context.names[name] = interpreter.environment[name]
    }
    return context
  }

  /// Takes the last accepted cell back; gives its number, or nil if there is none.
  package func undo() -> Int? {
    guard let last = cells.popLast() else { return nil }
    interpreter.restore(last.before)
    return last.number
  }

  /// The session as a recipe that replays: accepted cells in their order.
  package func recipe(title: String) -> String {
    SessionRecipe.text(title: title, cells: cells.map { ($0.number, $0.text) })
  }
}
