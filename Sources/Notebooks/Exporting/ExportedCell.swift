import Diagnostics
import RecipeLanguage
import Sessions

/// A part of a notebook as documents know it: prose, or code with its outputs.
package enum ExportedCell {
  case prose(String)
  case code(number: Int, text: String, outputs: [Cell.Output])

  /// Cells with their `##` lines as prose; the outputs of a cell stand at its last piece of code.
  package static func cells(of cells: [Cell]) -> [ExportedCell] {
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
  /// Outputs without values that nobody asked to see.
  fileprivate var shownOutputs: [Output] {
    outputs.filter { output in
      if case .value(let event) = output { !event.isSilent && event.value != .none } else { true }
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

/// How documents show a value as text; the terminal's tables and cards are made elsewhere.
package struct ExportedText {
  /// Plain text; of what was streamed before, only the figures are wanted.
  package let plain: (_ value: Value, _ wasStreamed: Bool) -> String
  /// Markdown where it shows more.
  package let markdown: (Value) -> String?
  package let diagnostic: (Diagnostic) -> String

  package init(
    plain: @escaping (_ value: Value, _ wasStreamed: Bool) -> String,
    markdown: @escaping (Value) -> String?,
    diagnostic: @escaping (Diagnostic) -> String
  ) {
    self.plain = plain
    self.markdown = markdown
    self.diagnostic = diagnostic
  }
}
