/// Draws a diagnostic for people: message, place, source lines with carets, help and notes.
///
/// ```text
/// error[E0401]: nothing to train: no adapter has been added
///   --> first.recipe:9:1
///    |
///  7 | load "smollm2"
///    | -------------- all weights of this model are frozen
///  9 | train steps: 120
///    | ^^^^^ needs an adapter
///    |
/// help: add one first, for example
///         lora rank: 8
/// ```
package struct DiagnosticRenderer: Sendable {
  private let isColored: Bool
  /// Lines wider than this are cut around the place that matters.
  private let maximumWidth: Int
  /// Messages, help and notes are broken at blanks here, and source lines cut; nil leaves them as they are.
  private let wrapWidth: Int?

  package init(isColored: Bool, maximumWidth: Int = 120, wrapWidth: Int? = nil) {
    self.isColored = isColored
    let wrapWidth = wrapWidth.map { max($0, 40) }
    self.maximumWidth = max(min(maximumWidth, wrapWidth.map { $0 - 8 } ?? .max), 32)
    self.wrapWidth = wrapWidth
  }

  /// Characters of a line, which may repeat a name of any length.
  private static let longestLine = 2_000

  private static func bounded(_ line: Substring) -> Substring {
    line.utf8.count > longestLine ? line.prefix(longestLine) + "…" : line
  }

  /// The drawing, each line ended by a newline; its colours are marks (`VisibleText.rendered`).
  package func render(_ diagnostic: Diagnostic) -> String {
    let kind = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    let message = wrapped(
      Self.bounded(VisibleText.onOneLine(diagnostic.message)[...]), after: kind.count + 2)
    var output =
      styled(kind, severityStyle(diagnostic)) + styled(": \(message)", .bold) + "\n"
    output += renderPlaces(diagnostic)
    if let help = diagnostic.help { output += renderTrailer("help", help) }
    for note in diagnostic.notes { output += renderTrailer("note", note) }
    return output
  }

  /// Several diagnostics with an empty line between them.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n")
  }

  // MARK: Places

  private func renderPlaces(_ diagnostic: Diagnostic) -> String {
    let primary = diagnostic.primary
    // Nothing of a file that could not be read can be shown.
    if primary.source.bytes.isEmpty {
      return "  " + styled("-->", .frame) + " \(VisibleText.onOneLine(primary.source.name))\n"
    }
    let here = diagnostic.secondary.filter { $0.source === primary.source }
    let elsewhere = diagnostic.secondary.filter { $0.source !== primary.source }
    let labels = [primary] + here
    let numbers = (labels + elsewhere).map { $0.source.line(at: $0.range.lowerBound) }
    let gutter = max(2, String(numbers.max() ?? 1).count)
    var output = header("-->", primary, gutter)
    output += drawLines(labels, primary: primary, gutter: gutter)
    for label in elsewhere {
      output += header(":::", label, gutter) + drawLines([label], primary: nil, gutter: gutter)
    }
    return output + bar(gutter) + "\n"
  }

  private func header(_ arrow: String, _ label: Label, _ gutter: Int) -> String {
    let place = label.source.position(at: label.range.lowerBound)
    let indent = String(repeating: " ", count: gutter)
    return indent + styled(arrow, .frame)
      + " \(VisibleText.onOneLine(label.source.name)):\(place.line):\(place.column)\n" + bar(gutter)
      + "\n"
  }

  private func drawLines(_ labels: [Label], primary: Label?, gutter: Int) -> String {
    var byLine: [Int: [Label]] = [:]
    for label in labels {
      byLine[label.source.line(at: label.range.lowerBound), default: []].append(label)
    }
    var output = ""
    var previous: Int?
    for (line, labels) in byLine.sorted(by: { $0.key < $1.key }) {
      if let previous, line - previous > 2 {
        output += String(repeating: " ", count: gutter + 1) + styled(":", .frame) + "\n"
      }
      previous = line
      output += drawLine(line, labels, primary: primary, gutter: gutter)
    }
    return output
  }

  private func drawLine(
    _ line: Int, _ labels: [Label], primary: Label?, gutter: Int
  ) -> String {
    guard let source = labels.first?.source else { return "" }
    let whole = source.range(ofLine: line)
    let window = window(of: whole, in: source, around: labels)
    let number = String(line)
    let padding = String(repeating: " ", count: gutter - number.count)
    let before = window.lowerBound > whole.lowerBound ? "…" : ""
    let after = window.upperBound < whole.upperBound ? "…" : ""
    let code = before + DisplayColumns.expand(source.text(in: window)).text + after
    var output = padding + styled("\(number) |", .frame) + (code.isEmpty ? "" : " " + code) + "\n"
    for label in labels {
      let isPrimary = label.range == primary?.range && label.text == primary?.text
      let mark = underline(
        label, in: window, shift: before.isEmpty ? 0 : 1, isPrimary: isPrimary,
        room: wrapWidth.map { $0 - gutter - 3 })
      output += bar(gutter) + " " + mark + "\n"
    }
    return output
  }

  /// The part of a line that is shown: all of it, or `maximumWidth` bytes around the first label.
  private func window(
    of line: SourceRange, in source: SourceText, around labels: [Label]
  ) -> SourceRange {
    guard line.count > maximumWidth else { return line }
    let focus = labels.map(\.range.lowerBound).min() ?? line.lowerBound
    var start = max(line.lowerBound, focus - maximumWidth / 2)
    var end = min(line.upperBound, start + maximumWidth)
    while start > line.lowerBound, isContinuation(source.bytes[start]) { start -= 1 }
    while end < line.upperBound, isContinuation(source.bytes[end]) { end += 1 }
    return SourceRange(start, end)
  }

  private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// - Parameter room: the columns there are; words that would pass the last one stand before the marks, where
  ///   they fit there.
  private func underline(
    _ label: Label, in window: SourceRange, shift: Int, isPrimary: Bool, room: Int?
  ) -> String {
    let lower = min(max(label.range.lowerBound, window.lowerBound), window.upperBound)
    let upper = min(max(label.range.upperBound, lower), window.upperBound)
    let text = label.source
    let indent = DisplayColumns.expand(text.text(in: SourceRange(window.lowerBound, lower))).width
    let width = DisplayColumns.expand(text.text(in: SourceRange(lower, upper)), from: indent).width
    let marks = String(repeating: isPrimary ? "^" : "-", count: max(width, 1))
    let style: Style = isPrimary ? .problem : .frame
    let words = VisibleText.onOneLine(label.text)
    let column = indent + shift
    guard !words.isEmpty else {
      return String(repeating: " ", count: column) + styled(marks, style)
    }
    let length = DisplayColumns.expand(words).width + 1
    if let room, column + marks.count + length > room, length <= column {
      return String(repeating: " ", count: column - length) + styled(words + " " + marks, style)
    }
    return String(repeating: " ", count: column) + styled(marks + " " + words, style)
  }

  // MARK: Words

  private func renderTrailer(_ title: String, _ text: String) -> String {
    let lines = VisibleText.escaped(text).split(separator: "\n", omittingEmptySubsequences: false)
      .map(Self.bounded)
    let first = wrapped(lines.first ?? "", after: title.count + 2)
    let rest = lines.dropFirst().map { "        \($0)\n" }.joined()
    return styled("\(title):", .bold) + " \(first)\n" + rest
  }

  /// A paragraph that begins in a column and goes on below it.
  private func wrapped(_ paragraph: Substring, after column: Int) -> String {
    guard let wrapWidth else { return String(paragraph) }
    var result = ""
    var used = column
    for word in paragraph.split(separator: " ") {
      let width = DisplayColumns.expand(String(word)).width
      if used > column, used + 1 + width > wrapWidth {
        result += "\n" + String(repeating: " ", count: column)
        used = column
      } else if used > column {
        result += " "
        used += 1
      }
      result += word
      used += width
    }
    return result
  }

  private func bar(_ gutter: Int) -> String {
    String(repeating: " ", count: gutter + 1) + styled("|", .frame)
  }

  private enum Style: String {
    case bold = "1"
    case problem = "1;31"
    case caution = "1;33"
    case frame = "34"
  }

  private func severityStyle(_ diagnostic: Diagnostic) -> Style {
    diagnostic.severity == .error ? .problem : .caution
  }

  private func styled(_ text: String, _ style: Style) -> String {
    isColored ? StyledText.text(text, code: style.rawValue) : text
  }
}
