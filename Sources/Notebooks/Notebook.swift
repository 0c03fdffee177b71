import Diagnostics
import RecipeLanguage
import Sessions

/// The cells of a prompt: what was typed, what of it counts, what it gave, and the way back.
package final class Notebook {
  package let interpreter: Interpreter<Session>
  /// Cells that ran without error and were not undone, in order.
  package private(set) var cells: [Cell] = []
  /// Told of everything that cells say, as it happens.
  package var onEvent: (Event) -> Void = { _ in }

  private var recorder = CellRecorder()

  package init(session: Session = Session()) {
    interpreter = Interpreter(executor: session)
    interpreter.onEvent = { [unowned self] event in
      recorder.record(event)
      onEvent(event)
    }
    session.onTrained = { [unowned self] value in
      let cell = interpreter.cell
      let run = RunHistory.record(ofTraining: value, in: self.session, cell: cell)
      if let run { recorder.record(training: run) }
    }
  }

  /// The number that the next cell gets.
  package var nextCell: Int { interpreter.cell + 1 }

  package var session: Session { interpreter.executor }

  /// The names that cells bound, without `_`, `_3` and `out`, sorted.
  package var names: [String] {
    interpreter.environment.names.filter { !PromptName.isPromptName($0) }
  }

  /// Which values stand on what is another by now.
  package var staleness: Staleness { Staleness(cells, interpreter.environment) }

  /// Runs a cell. A cell that fails changes nothing: its names and its state are taken back. A cell
  /// that was interrupted between two statements ends there, and what ran counts.
  package func run(_ text: String) throws(RunFailure) {
    let source = SourceText(name: "cell \(nextCell)", text: text)
    let recipe = RecipeText(source: source)
    recorder = CellRecorder()
    let diagnostics = recipe.mistakes(in: checkContext)
    for diagnostic in diagnostics { interpreter.onEvent(.diagnostic(diagnostic)) }
    if diagnostics.containsError { throw RunFailure(kind: .recipe, diagnostic: nil) }
    // a comment alone is no cell
    if recipe.parts.allSatisfy(\.statements.isEmpty) { return }
    let before = interpreter.snapshot()
    let trainings = InputStamp.trainings(of: text)
    do throws(RunFailure) {
      try interpreter.runCell(recipe.parts)
      keep(text, isWhole: true, trainings, before)
    } catch {
      let ended = error.kind == .interrupted ? recorder.end(in: recipe, of: source) : nil
      guard let ended else {
        if recorder.hasWorked, error.kind != .interrupted { tellWhatIsTakenBack(from: before) }
        interpreter.restore(before)
        throw error
      }
      keep(ended, isWhole: false, trainings, before)
    }
  }

  private func tellWhatIsTakenBack(from before: Interpreter<Session>.Snapshot) {
    let rest = before.cell > 0 ? "the session is as after cell \(before.cell)" : "nothing is kept"
    interpreter.executor.onEvent(
      .notice("what cell \(before.cell + 1) did before this is taken back: \(rest)"))
  }

  /// - Parameter isWhole: whether the text is all that was entered.
  private func keep(
    _ text: String, isWhole: Bool, _ trainings: [InputStamp],
    _ before: Interpreter<Session>.Snapshot
  ) {
    let paused = recorder.stoppedStep.flatMap {
      StoppedTraining.text(of: text, pausingAfter: $0)
    }
    let entered = paused ?? text
    let named = RunNumbers.spelledOut(in: entered)
    let formatted = Formatter.format(Parser.parse(SourceText(name: "cell", text: named)))
    let text = String(formatted.reversed().drop(while: \.isNewline).reversed())
    cells.append(
      Cell(
        number: interpreter.cell, text: text, outputs: recorder.outputs,
        valueStatements: recorder.valueStatements,
        wasCutShort: recorder.wasCutShort && paused == nil,
        isShortened: !isWhole || paused != nil || named != entered,
        inputs: InputStamp.inputs(of: text) + trainings,
        before: before))
  }

  /// What a cell that is typed now may take as given.
  package var checkContext: CheckContext {
    var context = CheckContext()
    context.isPrompt = true
    context.state = session.shape
    for name in interpreter.environment.names {
      context.names[name] = interpreter.environment[name]
    }
    return context
  }

  /// Adds the trainings of the cell that ran last to the user's list of runs, also of one that failed
  /// behind them: what they took hours for can be loaded from there.
  ///
  /// - Parameter number: of the cell.
  package func rememberTrainings(ofCell number: Int) {
    guard let history = RunHistory.own else { return }
    for run in recorder.trainings { history.append(run) }
    guard let cell = cells.last, cell.number == number else { return }
    cells[cells.count - 1].runs += recorder.trainings.compactMap { $0["id"]?.text }
  }

  /// Takes the last accepted cell back; gives it, or nil if there is none.
  package func undo() -> Cell? {
    guard let last = cells.popLast() else { return nil }
    interpreter.restore(last.before)
    return last
  }
}
