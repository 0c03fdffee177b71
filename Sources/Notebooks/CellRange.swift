import Diagnostics
import RecipeLanguage
import Sessions

/// Numbers of cells as people write them for `:history`, `:rerun`, `:edit`, `:save` and `:export`:
/// `4`, `4-6`, `4,6-8`, `4-` up to the last one, `-6` from the first one.
package struct CellRange: Equatable, Sendable {
  package struct Refusal: Error, Equatable {
    /// One sentence that says what is wrong and what to write.
    package let message: String

    package init(message: String) {
      self.message = message
    }
  }

  private let parts: [ClosedRange<Int>]

  /// - Parameter cells: the numbers that there are, ascending; every part must name one of them.
  package init(_ text: String, of cells: [Int]) throws(Refusal) {
    guard let first = cells.first, let last = cells.last else {
      throw Refusal(message: "there is no cell \(text); nothing has run yet")
    }
    var parts: [ClosedRange<Int>] = []
    for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
      guard let range = Self.part(part, first: first, last: last) else {
        throw Refusal(message: "\"\(part)\" is no cell number; write 4, 4-6 or 4,6-8")
      }
      guard cells.contains(where: range.contains) else {
        throw Refusal(message: "there is no cell \(part); the cells are \(Self.text(of: cells))")
      }
      parts.append(range)
    }
    guard !parts.isEmpty else { throw Refusal(message: "which cell? Write 4, 4-6 or 4,6-8") }
    self.parts = parts
  }

  package func contains(_ cell: Int) -> Bool { parts.contains { $0.contains(cell) } }

  private static func part(_ text: Substring, first: Int, last: Int) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if ends.count == 1 { return number(ends[0]).map { $0...$0 } }
    guard ends.contains(where: { !$0.isEmpty }) else { return nil }
    guard let lower = ends[0].isEmpty ? first : number(ends[0]),
      let upper = ends[1].isEmpty ? max(last, lower) : number(ends[1]), lower <= upper
    else { return nil }
    return lower...upper
  }

  /// Digits only: `+4` is no cell.
  private static func number(_ text: Substring) -> Int? {
    text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
  }

  /// Ascending numbers with neighbours drawn together: `1-4, 6`.
  static func text(of cells: [Int], separator: String = ", ") -> String {
    var runs: [ClosedRange<Int>] = []
    for cell in cells {
      if let last = runs.last, last.upperBound + 1 == cell {
        runs[runs.count - 1] = last.lowerBound...cell
      } else {
        runs.append(cell...cell)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: separator)
  }
}

extension Notebook {
  /// The cells that a text such as `4-6` names; all of them for an empty text.
  package func cells(in text: String) throws(CellRange.Refusal) -> [Cell] {
    if text.allSatisfy(\.isWhitespace) { return cells }
    let range = try CellRange(text, of: cells.map(\.number))
    return cells.filter { range.contains($0.number) }
  }

  /// Cells of another session.
  package func cells(of earlier: [EarlierCell]) -> [Cell] {
    let before = interpreter.snapshot()
    return earlier.map { cell in
      let source = SourceText(name: "cell \(cell.number)", text: cell.text)
      let statements = Parser.parse(source).statements.filter { !$0.isProse }
      let values = statements.indices.filter { index in
        if case .operation = statements[index].kind { true } else { false }
      }
      return Cell(
        number: cell.number, text: cell.text, outputs: [], valueStatements: values,
        wasCutShort: cell.wasCutShort, isShortened: false, inputs: [], before: before,
        runs: cell.runs)
    }
  }
}

/// What is known of a cell of another session.
package struct EarlierCell: Sendable {
  package let number: Int
  /// As it runs again.
  package let text: String
  package let wasCutShort: Bool
  /// The ids of its trainings in the list of runs.
  package let runs: [String]

  package init(number: Int, text: String, wasCutShort: Bool, runs: [String] = []) {
    self.runs = runs
    self.number = number
    self.text = text
    self.wasCutShort = wasCutShort
  }
}
