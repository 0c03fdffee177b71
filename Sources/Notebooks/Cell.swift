import Diagnostics
import RecipeLanguage
import Sessions

/// One accepted cell of a prompt.
package struct Cell {
  package let number: Int
  package let text: String
  /// What it gave, in order.
  package let outputs: [Output]
  /// Which of its statements left a value without a name, counted from 0, prose left out.
  let valueStatements: [Int]
  /// Whether the user stopped it where its text does not say so, so that it would not replay the same.
  package let wasCutShort: Bool
  /// Whether the text is another one than was entered: less of it ran, a training was stopped, or runs
  /// are named by their ids.
  package let isShortened: Bool
  /// The files that it read, as they were.
  let inputs: [InputStamp]
  let before: Interpreter<Session>.Snapshot
  /// The ids of its trainings in the list of runs.
  package internal(set) var runs: [String] = []

  /// The verbs that gave its values, in order, those inside loops left out.
  package var verbs: [String] {
    outputs.compactMap { output in
      if case .value(let event) = output { event.verb } else { nil }
    }
  }

  /// The same cell with prose before it, as `##` lines.
  package func introduced(by prose: String) -> Cell {
    let lines = prose.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { $0.isEmpty ? "##" : "## " + $0 }.joined(separator: "\n") + "\n" + text
    return Cell(
      number: number, text: text, outputs: outputs, valueStatements: valueStatements,
      wasCutShort: wasCutShort, isShortened: isShortened, inputs: inputs, before: before,
      runs: runs)
  }

  /// Something that a cell told, worth keeping in an export.
  package enum Output: Sendable {
    case value(ValueEvent)
    /// Generated text, in one piece.
    case text(String)
    case notice(String)
    case figure(Figure)
    case diagnostic(Diagnostic)
  }
}

/// Collects what one cell gives while it runs.
struct CellRecorder {
  private(set) var outputs: [Cell.Output] = []
  private(set) var valueStatements: [Int] = []
  private(set) var wasCutShort = false
  /// The step after which a training was stopped.
  private(set) var stoppedStep: Int?
  /// Trainings that ended, as the list of runs has them.
  private(set) var trainings: [Record] = []
  /// How many of them have the label of their row in a loop.
  private var labelled = 0
  private var started = 0
  private var finished = 0
  private var finishedRuns = 0

  mutating func record(_ event: Event) {
    switch event {
    case .started: started += 1
    case .finished: finished += 1
    case .prose, .progress, .finishedWork: break
    case .notice(let text): outputs.append(.notice(text))
    case .cutShort(let text, let step):
      wasCutShort = true
      stoppedStep = step
      if let text { outputs.append(.notice(text)) }
    case .diagnostic(let diagnostic): outputs.append(.diagnostic(diagnostic))
    case .value(let event):
      if event.verb == ValueEvent.loopRow {
        finishedRuns += 1
        return label(event.name)
      }
      outputs.append(.value(event))
      if event.name == nil, event.value != .none { valueStatements.append(started - 1) }
    case .figure(let figure, _): outputs.append(.figure(figure))
    case .text(let text):
      if case .text(let before)? = outputs.last {
        outputs[outputs.count - 1] = .text(before + text)
      } else {
        outputs.append(.text(text))
      }
    }
  }

  mutating func record(training: Record) { trainings.append(training) }

  private mutating func label(_ row: String?) {
    guard let row else { return }
    for index in labelled..<trainings.count {
      trainings[index] = RunHistory.labelled(trainings[index], row)
    }
    labelled = trainings.count
  }

  /// Whether a statement, or a run of a loop, came to its end.
  var hasWorked: Bool { finished + finishedRuns > 0 }

  /// The text of a cell up to its last finished statement; nil if none finished or the cell is made of
  /// several texts.
  func end(in recipe: RecipeText, of source: SourceText) -> String? {
    guard finished > 0, recipe.parts.count == 1, let part = recipe.parts.first else { return nil }
    let statements = part.statements.filter { !$0.isProse }
    guard statements.indices.contains(finished - 1) else { return nil }
    return source.text(in: SourceRange(0, statements[finished - 1].range.upperBound))
  }
}
