import Files
import Tokenizers

extension ExampleEncoder {
  /// Refuses a conversation of which a template that is run leaves something out, such as a system message in
  /// a place that it does not look at: what a row says is read, or the row is named. The built-in formats write
  /// every message, or refuse it themselves.
  ///
  /// What is learnt must be written whole, but for white space; of what is only read, a part may be left out,
  /// or stand there with escapes.
  func checkWhole(_ segments: [Segment], _ messages: [Message]) throws(RowRejection) {
    let replies = messages.enumerated().filter { $1.isTrained && !$1.content.isBlank }.map {
      ($0, String(decoding: Self.visible($1.content.trimmed), as: UTF8.self))
    }
    let learnt = segments.filter(\.isTrained).flatMap { Self.visible($0.text) }
    if let index = Self.firstMissing(of: replies, in: learnt) {
      let isLast = messages.lastIndex(where: \.isTrained) == index
      throw RowRejection(
        reason: "message \(index + 1) is a reply that the model's own template does not write whole"
          + (isLast ? "" : "; mask: last learns only the last reply of each conversation"))
    }
    let others = messages.indices.filter {
      messages[$0].role != .assistant
        && !(messages[$0].content.isBlank && messages[$0].context.isBlank)
    }
    guard !others.isEmpty, !template.writes(others, of: messages) else { return }
    for index in others {
      var silent = messages
      silent[index].says("")
      guard template.tellsApart(messages, from: silent) else {
        throw RowRejection(
          reason: "message \(index + 1) has text that the model's own template leaves out")
      }
    }
  }

  /// The bytes of a text without its white space and control characters.
  private static func visible(_ text: String) -> [UInt8] { text.utf8.filter { $0 > 0x20 } }

  /// The first of these texts, by the index that it has, which does not stand after those before it.
  private static func firstMissing(
    of texts: [(index: Int, text: String)], in written: [UInt8]
  ) -> Int? {
    unsafe written.withUnsafeBufferPointer { written in
      var start = 0
      for (index, text) in texts {
        guard let end = unsafe Self.end(of: text, in: written, from: start) else { return index }
        start = end
      }
      return nil
    }
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
