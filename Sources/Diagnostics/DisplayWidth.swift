/// Columns that a text takes on a terminal: combining marks take none, East Asian wide characters and
/// emoji two. Marks of colours (`StyledText`) take none.
package enum DisplayWidth {
  /// Columns of one line of text.
  package static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ (32..<127).contains($0) }) { return text.utf8.count }
    var columns = 0
    forEachPiece(of: text) { columns += $1 ?? 0 }
    return columns
  }

  /// The text cut to `columns` columns, its last one `…` where something is missing. Marks of colours
  /// are kept.
  package static func truncated(_ text: String, to columns: Int, mark: String = "…") -> String {
    guard of(text) > columns else { return text }
    let room = columns - of(mark)
    guard room >= 0 else { return "" }
    var kept = ""
    var used = 0
    var isFull = false
    forEachPiece(of: text) { piece, width in
      guard let width else {
        kept += piece
        return
      }
      if !isFull, used + width <= room {
        kept += piece
        used += width
      } else if !isFull {
        isFull = true
        kept += mark
      }
    }
    return kept
  }

  /// The text filled with blanks to `columns` columns, on its left for numbers.
  package static func padded(
    _ text: String, to columns: Int, alignment: Alignment = .left
  ) -> String {
    let missing = columns - of(text)
    guard missing > 0 else { return text }
    let blanks = String(repeating: " ", count: missing)
    return alignment == .left ? text + blanks : blanks + text
  }

  package enum Alignment: Sendable {
    case left, right
  }

  /// Visits characters with their columns, and whole marks with none.
  private static func forEachPiece(of text: String, _ body: (Substring, Int?) -> Void) {
    var rest = text[...]
    while let first = rest.first {
      var end = rest.index(after: rest.startIndex)
      let mark = StyledText.leadingMark(of: rest.unicodeScalars)
      if let mark {
        end = rest.unicodeScalars.index(rest.startIndex, offsetBy: mark.length)
      }
      body(rest[..<end], mark == nil ? of(first) : nil)
      rest = rest[end...]
    }
  }

  /// Columns of one character, that is of a base with its marks.
  package static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let base = scalars.first else { return 0 }
    if scalars.contains("\u{FE0F}") && base.properties.isEmoji && scalars.count > 1 { return 2 }
    let flags = scalars.prefix { (0x1F1E6...0x1F1FF).contains($0.value) }.count
    if flags == 2 { return 2 }
    return of(base)
  }

  /// Columns of one scalar; of control characters none.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 32 || (127..<160).contains(value) { return 0 }
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    if (0x1160...0x11FF).contains(value) { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(value) } ? 2 : 1
  }

  /// Ranges of East Asian Width W and F (Unicode 15.1, EastAsianWidth.txt), merged over gaps that are
  /// unassigned; emoji come from their property.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x18D00...0x18D08,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
