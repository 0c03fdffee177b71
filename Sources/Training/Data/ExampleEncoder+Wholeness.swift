import Files
import Tokenizers

extension ExampleEncoder {
  /// Refuses a conversation of which the template leaves something out, such as a system message in
  /// a place that it does not look at: what a row says is read, or the row is named.
  func checkWhole(_ segments: [Segment], _ messages: [Message]) throws(RowRejection) {
    var written: [UInt8] = []
    written.reserveCapacity(segments.reduce(0) { $0 + $1.text.utf8.count })
    for segment in segments { written += segment.text.utf8 }
    try unsafe written.withUnsafeBufferPointer { written throws(RowRejection) in
      var start = 0
      for (index, message) in messages.enumerated() {
        for part in [message.content, message.context] where !part.isBlank {
          guard let end = unsafe Self.end(of: Self.trimmed(part), in: written, from: start) else {
            throw RowRejection(
              reason: "message \(index + 1) has text that the template \(template.name) leaves out"
            )
          }
          start = end
        }
      }
    }
  }

  /// A text without the white space around it, which templates may take away.
  private static func trimmed(_ text: String) -> String {
    if let first = text.utf8.first, let last = text.utf8.last, first.isVisibleASCII,
      last.isVisibleASCII
    {
      return text
    }
    let scalars = text.unicodeScalars
    let end = scalars.reversed().drop { $0.properties.isWhitespace }.count
    let whole = scalars.prefix(end).drop { $0.properties.isWhitespace }
    return String(String.UnicodeScalarView(whole))
  }

  /// Where the first place of `part` at or after `start` ends.
  private static func end(
    of part: String, in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    var part = part
    return part.withUTF8 { part in
      guard let first = unsafe part.first, part.count <= text.count - start else { return nil }
      for place in start...(text.count - part.count) where unsafe text[place] == first {
        let end = place + part.count
        if unsafe part.hasBytes(of: UnsafeBufferPointer(rebasing: text[place..<end])) { return end }
      }
      return nil
    }
  }
}
