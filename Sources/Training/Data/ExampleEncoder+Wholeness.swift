import Tokenizers

extension ExampleEncoder {
  /// Refuses a conversation of which the template leaves something out, such as a system message in
  /// a place that it does not look at: what a row says is read, or the row is named.
  func checkWhole(_ segments: [Segment], _ messages: [Message]) throws(RowRejection) {
    let written = segments.reduce(into: [UInt8]()) { $0 += Array($1.text.utf8) }
    var start = 0
    for (index, message) in messages.enumerated() {
      for part in [message.content, message.context] where !part.isBlank {
        let wanted = Self.trimmed(part)
        guard let place = Self.firstPlace(of: wanted, in: written, from: start) else {
          throw RowRejection(
            reason: "message \(index + 1) has text that the template \(template.name) leaves out")
        }
        start = place + wanted.count
      }
    }
  }

  /// A text without the white space around it, which templates may take away.
  private static func trimmed(_ text: String) -> [UInt8] {
    let scalars = text.unicodeScalars
    let end = scalars.reversed().drop { $0.properties.isWhitespace }.count
    let whole = scalars.prefix(end).drop { $0.properties.isWhitespace }
    return Array(String(String.UnicodeScalarView(whole)).utf8)
  }

  private static func firstPlace(of part: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    guard let first = part.first, part.count <= text.count - start else { return nil }
    for place in start...(text.count - part.count)
    where text[place] == first && text[place..<place + part.count].elementsEqual(part) {
      return place
    }
    return nil
  }
}
