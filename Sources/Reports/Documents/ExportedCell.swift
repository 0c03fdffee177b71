import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// A part of a notebook as documents know it: prose, or code with its outputs.
enum ExportedCell {
  case prose(String)
  case code(number: Int, text: String, outputs: [Cell.Output])

  /// Cells with their `##` lines as prose; the outputs of a cell stand at its last piece of code.
  static func cells(of cells: [Cell]) -> [ExportedCell] {
    cells.flatMap { cell -> [ExportedCell] in
      let source = SourceText(name: "cell \(cell.number)", text: cell.text)
      var pieces: [ExportedCell] = []
      var start = 0
      func addCode(upTo end: Int) {
        let code = source.text(in: SourceRange(start, end)).trimmingNewlines
        if !code.isEmpty { pieces.append(.code(number: cell.number, text: code, outputs: [])) }
      }
      for statement in Parser.parse(source).statements {
        guard case .prose(let text) = statement.kind else { continue }
        let gap = source.text(in: SourceRange(start, statement.range.lowerBound))
        addCode(upTo: statement.range.lowerBound)
        if case .prose(let before)? = pieces.last, gap == "\n" {
          pieces[pieces.count - 1] = .prose(before + "\n" + text)
        } else {
          pieces.append(.prose(text))
        }
        start = statement.range.upperBound
      }
      addCode(upTo: source.bytes.count)
      for index in pieces.indices.reversed() {
        guard case .code(let number, let text, _) = pieces[index] else { continue }
        pieces[index] = .code(number: number, text: text, outputs: cell.shownOutputs)
        break
      }
      return pieces
    }
  }
}

extension Cell {
  /// Outputs without values that say nothing.
  fileprivate var shownOutputs: [Output] {
    outputs.filter { output in
      if case .value(let event) = output { !event.isPassedOver } else { true }
    }
  }
}

extension [Cell.Output] {
  /// Whether the output at an index tells of text that stands right before it.
  func wasStreamed(at index: Int) -> Bool {
    guard index > 0, case .text = self[index - 1] else { return false }
    return true
  }
}

extension String {
  /// Without newlines and blanks at both ends.
  fileprivate var trimmingNewlines: String {
    let start = drop { $0.isNewline || $0 == " " }
    return String(start.reversed().drop { $0.isNewline || $0 == " " }.reversed())
  }
}

/// How documents show a value as text.
enum DocumentText {
  /// Plain text; of what was streamed before, only the figures are wanted.
  static func plain(_ value: Value, wasStreamed: Bool) -> String {
    let view = ValueView(.document)
    if wasStreamed, case .record(let record) = value {
      return view.figures(of: record, without: ["text"])
    }
    return view.lines(of: value, title: nil).joined(separator: "\n")
  }

  /// Markdown where it shows more.
  static func markdown(_ value: Value) -> String? {
    guard case .table = value else { return nil }
    return DataView(.markdown).lines(of: value).joined(separator: "\n")
  }

  static func diagnostic(_ diagnostic: Diagnostic) -> String {
    DiagnosticRenderer(isColored: false).render(diagnostic)
  }
}
