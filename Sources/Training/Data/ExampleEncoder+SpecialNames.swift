import Tokenizers

/// Names of special tokens in what people wrote.
extension ExampleEncoder {
  /// Whether they are the tokens: in texts, and where no chat format writes tokens of its own.
  func parsesNames(of example: Example) -> Bool {
    switch example.content {
    case .text, .segments: options.special
    case .messages: options.special && isPlain
    }
  }

  /// The names of the tokens that end a text: the model's end token, and what ends its turns.
  private var ends: [String] {
    guard case .success(let own)? = text.ownTemplate else { return [text.tokens.end] }
    return [text.tokens.end, own.endOfTurn]
  }

  /// The names that stand in an example.
  func specialNames(in example: Example) -> [String] {
    switch example.content {
    case .text(let content): return text.encoder.specialNames(in: content)
    case .segments(let segments):
      return segments.flatMap { text.encoder.specialNames(in: $0.text) }
    case .messages(let messages):
      return messages.flatMap { message in
        message.context.isEmpty
          ? text.encoder.specialNames(in: message.content)
          : [message.content, message.context].flatMap { text.encoder.specialNames(in: $0) }
      }
    }
  }

  /// Whether a chat format is written around a prompt that begins with such a name.
  func marksTurnsAgain(in example: Example) -> Bool {
    guard !isPlain, case .messages(let messages) = example.content,
      let prompt = messages.first(where: { $0.role == .user })?.content
    else { return false }
    return text.encoder.specialNames(in: prompt).contains { prompt.utf8.starts(with: $0.utf8) }
  }

  /// Segments of plain text in which the names of special tokens are the tokens. A text that ends
  /// with the end token, white space aside, does not get another.
  func withSpecialTokens(_ segments: [Segment]) -> [Segment] {
    guard options.special, isPlain else { return segments }
    var result: [Segment] = []
    var isOpen = false
    for segment in segments where !segment.text.isEmpty {
      if segment.isMarkup {
        if let last = result.last, isOpen, endsWithEnd(last.text) { continue }
        result.append(segment)
        isOpen = false
      } else if isOpen, let last = result.last, last.isTrained == segment.isTrained {
        // Text of one flag is encoded in one piece, as it is without names in it.
        result[result.count - 1].text += segment.text
      } else {
        result.append(Segment(segment.text, isMarkup: true, isTrained: segment.isTrained))
        isOpen = true
      }
    }
    return result
  }

  func endsWithEnd(_ content: String) -> Bool {
    let bytes = content.utf8.reversed().drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return ends.contains { bytes.starts(with: $0.utf8.reversed()) }
  }
}
