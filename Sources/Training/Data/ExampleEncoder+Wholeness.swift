import Files
import Tokenizers

extension ExampleEncoder {
  /// Refuses a conversation of which the template leaves something out, such as a system message in
  /// a place that it does not look at: what a row says is read, or the row is named.
  func checkWhole(_ segments: [Segment], _ messages: [Message]) throws(RowRejection) {
    var written: [UInt8] = []
    let isRun = segments.contains(where: \.isRun)
    written.reserveCapacity(segments.reduce(0) { $0 + $1.text.utf8.count })
    for segment in segments { written += segment.text.utf8 }
    unsafe try written.withUnsafeBufferPointer { written throws(RowRejection) in
      var start = 0
      for (index, message) in messages.enumerated() {
        for part in [message.content, message.context] where !part.isBlank {
          if let end = unsafe Self.end(of: Self.trimmed(part), in: written, from: start) {
            start = end
          } else if !isRun || !isRead(index, of: messages) {
            throw RowRejection(
              reason: "message \(index + 1) has text that the template \(template.name) leaves out"
            )
          }
        }
      }
    }
  }

  /// Whether a template that is run reads what a message says: it may write it with escapes, or, of what is
  /// not learnt, only a part.
  private func isRead(_ index: Int, of messages: [Message]) -> Bool {
    if messages[index].role == .assistant, !messages[index].isTrained { return true }
    var others = messages
    (others[index].content, others[index].context) = ("", "")
    others[index].turn?["content"] = ""
    return template.tellsApart(messages, from: others)
  }

  // MARK: Parts

  /// Refuses what no built-in format has a text for.
  func refuseParts(of messages: [Message]) throws(RowRejection) {
    if messages.first?.tools.isEmpty == false {
      throw RowRejection(reason: "it offers tools, which only a model's own template can write")
    }
    for (index, message) in messages.enumerated() {
      guard let part = Self.parts(of: message).first else { continue }
      throw RowRejection(
        reason: "message \(index + 1) \(part.what), which only a model's own template can write")
    }
  }

  /// Refuses a conversation of which the model's own template leaves tools, calls or the reasoning of a reply
  /// that is learnt out.
  func checkParts(of messages: [Message]) throws(RowRejection) {
    if messages.first?.tools.isEmpty == false {
      var others = messages
      others[0].tools = []
      guard template.tellsApart(messages, from: others) else {
        throw RowRejection(reason: "it offers tools, which the model's own template leaves out")
      }
    }
    for (index, message) in messages.enumerated() {
      let isEarlier = message.role == .assistant && !message.isTrained
      for part in Self.parts(of: message)
      where !isEarlier || !ReasoningKeys.all.contains(part.key) {
        var others = messages
        others[index].turn?[part.key] = nil
        guard template.tellsApart(messages, from: others) else {
          throw RowRejection(
            reason: "message \(index + 1) \(part.what), which the model's own template leaves out")
        }
      }
    }
  }

  private static func parts(of message: Message) -> [(key: String, what: String)] {
    (message.turn?.members ?? []).compactMap { member in
      UnwritablePart.templated[member.key].map { (member.key, $0) }
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
