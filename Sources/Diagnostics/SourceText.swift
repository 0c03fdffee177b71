/// One text that positions point into: a file, or what was typed into a cell.
///
/// The bytes are kept as they came, valid UTF-8 or not, so that every offset means the same thing
/// to the lexer, to a diagnostic and to an editor.
package final class SourceText: Sendable {
  /// What a message calls the text: a file path, `cell 7`, `<stdin>`.
  package let name: String
  package let bytes: [UInt8]
  /// Bytes of the largest text that is read; a whole tree of it has to fit into memory.
  package static let largest = 1 << 20
  /// U+FEFF in UTF-8, which some editors write before a text.
  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  package convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The whole text; bytes that are not UTF-8 read as the replacement character.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var lineCount: Int { lineStarts.count }

  /// The text of a range, cut to the bounds of the source.
  package func text(in range: SourceRange) -> String {
    let lower = min(max(range.lowerBound, 0), bytes.count)
    let upper = min(max(range.upperBound, lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }

  /// The line that an offset lies on, counted from 1; offsets outside count as the nearest end.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Line and column of an offset, both counted from 1; columns count Unicode scalars.
  package func position(at offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(at: offset)
    let before = text(in: SourceRange(lineStarts[line - 1], offset)).unicodeScalars
    let hasMark = line == 1 && before.first == "\u{FEFF}"
    return SourcePosition(line: line, column: before.count + (hasMark ? 0 : 1))
  }

  /// The bytes of a line without its line ending. `line` counts from 1 and must exist.
  package func range(ofLine line: Int) -> SourceRange {
    guard line >= 1, line <= lineStarts.count else { return SourceRange(at: bytes.count) }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return SourceRange(start, end)
  }
}

/// A place for people: line and column, counted from 1.
package struct SourcePosition: Hashable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
