/// The stretches of a rendered conversation that the model is to learn.
extension TemplateProgram {
  /// A conversation as segments that are encoded in one piece.
  ///
  /// What is learnt of it is what `{% generation %}` marks, where the template has it; else what a reply
  /// adds to the prompt for it, up to the token that ends it, found by rendering the conversation with
  /// and without each reply.
  func segments(
    for messages: [Message], opensReply: Bool
  ) throws(ChatTemplateError) -> [Segment] {
    let shield = try Shield(messages, names: { encoder.specialNames(in: $0) })
    let messages = shield.messages
    let whole = try written(messages, opensReply: opensReply)
    if shield.isNeeded {
      let plain = try written(shield.original, opensReply: opensReply)
      guard Shield.removed(from: whole.text).utf8.elementsEqual(plain.text.utf8),
        Shield.isWhole(in: whole.text, names: { encoder.specialNames(in: $0) })
      else {
        throw refusal(
          of: shield.first,
          "it has the name of a special token (\(shield.name)), which the template looks for")
      }
    }
    let spans: [Range<Int>]
    if !messages.contains(where: \.isTrained) {
      spans = []
    } else if whole.generation.isEmpty {
      spans = try repliesAdded(to: messages, whole: whole.text)
    } else {
      spans = try markedSpans(messages, whole.generation)
    }
    return Shield.segments(of: whole.text, trained: spans)
  }

  private func written(
    _ messages: some Collection<Message>, opensReply: Bool = false
  ) throws(ChatTemplateError) -> JinjaRendering {
    do {
      return try rendering(messages, opensReply: opensReply)
    } catch {
      throw .conversation(
        message: messages.count, template: ChatTemplate.ownName, reason: "\(error)")
    }
  }

  private func refusal(of index: Int, _ reason: String) -> ChatTemplateError {
    .conversation(message: index + 1, template: ChatTemplate.ownName, reason: reason)
  }

  /// What `generation` blocks mark, of replies that are learnt. A template marks each reply once.
  private func markedSpans(
    _ messages: [Message], _ marked: [Range<Int>]
  ) throws(ChatTemplateError) -> [Range<Int>] {
    let replies = messages.filter { $0.role == .assistant }
    if replies.allSatisfy(\.isTrained) { return marked }
    guard replies.count == marked.count else {
      throw refusal(
        of: messages.count - 1,
        "the template marks \(marked.count) stretches for \(replies.count) replies, so that those that "
          + "are not learnt cannot be told apart")
    }
    return zip(replies, marked).filter(\.0.isTrained).map(\.1)
  }

  private func repliesAdded(
    to messages: [Message], whole: String
  ) throws(ChatTemplateError) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for index in messages.indices where messages[index].isTrained {
      let upTo = messages[...index]
      let text = index == messages.count - 1 ? whole : try written(upTo).text
      let start = try header(of: index, in: messages, text)
      let ends = endsOfReply(in: text, from: start)
      guard let end = ends.first(where: { whole.agrees(with: text, inFirst: $0) }) else {
        throw refusal(
          of: index,
          "the template writes this reply in another way once something follows it; mask: last learns "
            + "only the last reply of each conversation")
      }
      spans.append(start..<end)
    }
    return spans
  }

  /// Where a reply begins in the text that ends with it: after what the prompt for it says.
  private func header(
    of index: Int, in messages: [Message], _ text: String
  ) throws(ChatTemplateError) -> Int {
    let prompt: String?
    do throws(ChatTemplateError) {
      prompt = try written(messages[..<index], opensReply: true).text
    } catch {
      // No template has to write a prompt of nothing.
      guard index == 0 else { throw error }
      prompt = nil
    }
    if let prompt, text.agrees(with: prompt, inFirst: prompt.utf8.count) {
      return prompt.utf8.count
    }
    let bytes = Array(text.utf8)
    // What is common to replies of any words is said before them.
    let other = try written(Array(messages[..<index]) + [Message(.assistant, "\u{F8FF}")]).text
    var shared = zip(bytes, other.utf8).prefix { $0 == $1 }.count
    // The prompt may begin the reply, with reasoning for example, which this one does not have. Where it is
    // before the reply that the two differ, it says nothing of where that begins.
    if let prompt, let asked = try? written(messages[..<index]).text,
      bytes.starts(with: asked.utf8)
    {
      shared = min(shared, zip(bytes, prompt.utf8).prefix { $0 == $1 }.count)
    }
    // Not within a character.
    while shared > 0, shared < bytes.count, bytes[shared] & 0xC0 == 0x80 { shared -= 1 }
    return shared
  }

  /// Where a reply may end: with a special token that only white space follows, which may be one of the whole
  /// conversation, so that other turns go in front of it; with the last token that ends turns; or with all
  /// that the template writes after it.
  private func endsOfReply(in text: String, from start: Int) -> [Int] {
    let rest = text.utf8.dropFirst(start)
    let kept = PythonText.stripped(String(Substring(rest)), start: false)
    var ends: [Int] = []
    if encoder.specialNames(in: kept).contains(where: { kept.utf8.hasSuffix($0.utf8) }) {
      ends.append(start + kept.utf8.count)
    }
    if let endOfTurn {
      let parts = PythonText.split(kept, by: endOfTurn)
      if parts.count > 1, let after = parts.last {
        ends.append(start + kept.utf8.count - after.utf8.count)
      }
    }
    return ends.isEmpty ? [start + rest.count] : ends
  }
}

/// Private characters around the names of special tokens in what people wrote, so that a rendered text
/// still shows which of its names they are.
private struct Shield {
  /// Around each name; of plane 16's private use area.
  private static let mark: Unicode.Scalar = "\u{10FFFD}"

  let original: [Message]
  private(set) var messages: [Message]
  /// The first message that has a name, and the name.
  private(set) var first = 0
  private(set) var name = ""

  var isNeeded: Bool { !name.isEmpty }

  init(_ messages: [Message], names: (String) -> [String]) throws(ChatTemplateError) {
    (original, self.messages) = (messages, messages)
    for index in messages.indices {
      let texts = messages[index].texts
      let found = texts.flatMap(names)
      guard let name = found.first else { continue }
      if texts.contains(where: { $0.unicodeScalars.contains(Self.mark) }) {
        throw .conversation(
          message: index + 1, template: ChatTemplate.ownName,
          reason: "it has the private character U+10FFFD beside the name of a special token")
      }
      if !isNeeded { (first, self.name) = (index, name) }
      self.messages[index].rewriteTexts { Self.marked($0, names($0)) }
    }
  }

  private static func marked(_ text: String, _ names: [String]) -> String {
    var text = text
    for name in names {
      let marks = String(mark)
      text = PythonText.split(text, by: name).joined(separator: marks + name + marks)
    }
    return text
  }

  /// Whether the marks of a text still stand around names.
  static func isWhole(in text: String, names: (String) -> [String]) -> Bool {
    let parts = PythonText.split(text, by: String(mark))
    let inside = parts.indices.filter { !$0.isMultiple(of: 2) }
    return !parts.count.isMultiple(of: 2) && inside.allSatisfy { names(parts[$0]) == [parts[$0]] }
  }

  static func removed(from text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != mark }))
  }

  /// A text cut where a stretch that is learnt begins or ends, and where a name stands that is no token.
  static func segments(of text: String, trained: [Range<Int>]) -> [Segment] {
    var segments: [Segment] = []
    let utf8 = text.utf8
    var start = utf8.startIndex
    func add(to end: String.Index, isTrained: Bool) {
      guard start < end else { return }
      let parts = PythonText.split(String(text[start..<end]), by: String(mark))
      for (place, part) in parts.enumerated() where !part.isEmpty {
        segments.append(
          Segment(
            part, isMarkup: place.isMultiple(of: 2), isTrained: isTrained,
            isRun: parts.count == 1))
      }
      start = end
    }
    for range in trained {
      add(to: utf8.index(utf8.startIndex, offsetBy: range.lowerBound), isTrained: false)
      add(to: utf8.index(utf8.startIndex, offsetBy: range.upperBound), isTrained: true)
    }
    add(to: utf8.endIndex, isTrained: false)
    return segments
  }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
  fileprivate func hasSuffix(_ part: some BidirectionalCollection<UInt8>) -> Bool {
    reversed().starts(with: part.reversed())
  }
}
