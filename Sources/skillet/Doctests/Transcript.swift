import Notebooks
import RecipeLanguage

/// Sessions as documents show them: what was typed behind `skillet>`, and what came.
enum Transcript {
  struct Cell {
    /// Counted from 1.
    let line: Int
    let text: String
    let expected: [String]
  }

  // MARK: Reading

  /// The cells of all fenced blocks of a Markdown text, in order.
  static func cells(in page: String) -> [Cell] {
    var cells: [Cell] = []
    var fence: Substring?
    var cell: (line: Int, text: String, expected: [String])?
    func finish() {
      if let cell { cells.append(Cell(line: cell.line, text: cell.text, expected: cell.expected)) }
      cell = nil
    }
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let mark = fence, line == mark {
        finish()
        fence = nil
      } else if fence == nil {
        let mark = line.prefix { $0 == "`" }
        if mark.count >= 3 { fence = mark }
      } else if let typed = typed(in: line) {
        finish()
        cell = (index + 1, typed, [])
      } else if let open = cell {
        if open.expected.isEmpty, case .incomplete = CellText.completeness(of: open.text) {
          cell?.text += "\n" + line
        } else {
          cell?.expected.append(String(line))
        }
      }
    }
    finish()
    return cells
  }

  /// What stands behind `skillet> ` or `skillet[3]> `.
  private static func typed(in line: Substring) -> String? {
    guard line.hasPrefix("skillet") else { return nil }
    var rest = line.dropFirst("skillet".count)
    if rest.hasPrefix("[") {
      rest = rest.dropFirst().drop(while: \.isNumber)
      guard rest.hasPrefix("]") else { return nil }
      rest = rest.dropFirst()
    }
    return rest.hasPrefix("> ") ? String(rest.dropFirst(2)) : nil
  }

  // MARK: Comparing

  /// Whether the lines are those expected; empty lines at the end do not count.
  static func matches(_ output: [String], _ expected: [String]) -> Bool {
    matches(trimmed(output)[...], trimmed(expected)[...])
  }

  private static func trimmed(_ lines: [String]) -> [String] {
    Array(lines.reversed().drop { $0.allSatisfy(\.isWhitespace) }.reversed())
  }

  private static func matches(
    _ output: ArraySlice<String>, _ expected: ArraySlice<String>
  ) -> Bool {
    guard let first = expected.first else { return output.isEmpty }
    if first.allSatisfy({ $0 == "." || $0 == " " }), first.contains("...") {
      return (0...output.count).contains {
        matches(output.dropFirst($0), expected.dropFirst())
      }
    }
    guard let line = output.first, matches(line, first) else { return false }
    return matches(output.dropFirst(), expected.dropFirst())
  }

  private static func matches(_ line: String, _ expected: String) -> Bool {
    if expected.hasSuffix(" (glob)") {
      return Expectations.matches(line, glob: String(expected.dropLast(" (glob)".count)))
    }
    if expected.hasSuffix(" (num)") {
      return sameNumbers(words(line), words(String(expected.dropLast(" (num)".count))))
    }
    return line == expected
  }

  private static func words(_ line: String) -> [Substring] {
    line.split { $0 == " " || $0 == "," || $0 == "%" || $0 == "]" || $0 == "[" }
  }

  /// Whether words are equal, and numbers as near as they are written.
  private static func sameNumbers(_ words: [Substring], _ expected: [Substring]) -> Bool {
    words.count == expected.count
      && zip(words, expected).allSatisfy { word, expected in
        guard let actual = Double(word), let wanted = Double(expected) else {
          return word == expected
        }
        let decimals = expected.split(separator: ".").dropFirst().first?.count ?? 0
        let place = (0..<decimals).reduce(1.0) { place, _ in place / 10 }
        return abs(actual - wanted) <= place * 1.000_001
      }
  }
}
