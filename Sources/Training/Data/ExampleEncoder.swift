import Tokenizers

/// Turns examples into tokens with their mask, and cuts those that are too long.
package struct ExampleEncoder {
  let text: ModelText
  let template: ChatTemplate
  let options: DatasetOptions
  /// Whether no chat format writes tokens of its own.
  let isPlain: Bool
  /// The token that ends a turn.
  private let endOfTurn: Int32?

  package init(text: ModelText, template: ChatTemplate, options: DatasetOptions) {
    var template = template
    // Contents come as text: where names in them are tokens is decided here, for texts too.
    template.readsMarkers = false
    (self.text, self.template, self.options) = (text, template, options)
    isPlain = template.name == text.plainTemplate.name
    endOfTurn = text.encoder.encode([Segment(template.endOfTurn, isMarkup: true)]).tokens.last
  }

  private var mask: LossMask { options.mask }
  private var maxLength: Int { options.maxLength }

  /// - Returns: the tokens, of a text that is too long in several pieces, and what was cut of a
  ///   conversation that is.
  package func encode(
    _ example: Example
  ) throws(RowRejection) -> (pieces: [TokenizedExample], cut: String?) {
    switch example.content {
    case .messages(let messages):
      let (tokenized, cut) = try encode(messages, line: example.line)
      return ([tokenized], cut)
    case .text(let text): return (encode(text, line: example.line), nil)
    case .segments(let segments):
      let (tokenized, cut) = try encode(segments, line: example.line)
      return ([tokenized], cut)
    }
  }

  /// A text and the end token, in pieces of at most `maxLength` tokens. Each begins with the last token of
  /// the one before, so that every token is learnt once, after others.
  private func encode(_ content: String, line: Int) -> [TokenizedExample] {
    let tokens = text.encode(
      withSpecialTokens([
        Segment(content, isTrained: true),
        Segment(text.tokens.end, isMarkup: true, isTrained: true),
      ])
    ).tokens
    let starts = stride(from: 0, to: max(1, tokens.count - 1), by: maxLength - 1)
    return starts.map { start in
      let piece = Array(tokens[start..<min(start + maxLength, tokens.count)])
      var example = example(piece, trained: piece.map { _ in true }, line: line)
      example.continues = start > 0
      return example
    }
  }

  private func encode(
    _ messages: [Message], line: Int
  ) throws(RowRejection) -> (TokenizedExample, cut: String?) {
    try fitted(text.encode(try rendered(learnt(of: messages)), of: template), line: line)
  }

  /// Texts one after the other, each encoded by itself; the end token follows the last where that is learnt.
  private func encode(
    _ segments: [Example.TextSegment], line: Int
  ) throws(RowRejection) -> (TokenizedExample, cut: String?) {
    var written = segments.map {
      Segment($0.text, isMarkup: options.special, isTrained: $0.isTrained)
    }
    if let last = written.last, last.isTrained, !(options.special && endsWithEnd(last.text)) {
      written.append(Segment(text.tokens.end, isMarkup: true, isTrained: true))
    }
    if mask == .last, let last = written.lastIndex(where: \.isTrained) {
      let start = written[...last].lastIndex { !$0.isTrained } ?? 0
      for index in 0..<start { written[index].isTrained = false }
    }
    return try fitted(text.encode(written), line: line)
  }

  /// What is read and learnt of a conversation. Too long, it loses its start, and with it the replies there. What
  /// follows the last reply's end token is left out: nothing there is learnt, and nothing that is learnt depends
  /// on it.
  private func fitted(
    _ marked: MarkedTokens, line: Int
  ) throws(RowRejection) -> (TokenizedExample, cut: String?) {
    guard let last = marked.trained.lastIndex(of: true) else {
      throw RowRejection(reason: "it has no token to learn")
    }
    let end = mask == .all ? marked.tokens.count : last + 1
    let excess = end - maxLength
    guard excess > 0 else {
      let trained = mask == .all ? [Bool](repeating: true, count: end) : marked.trained
      guard end < marked.tokens.count else {
        return (example(marked.tokens, trained: trained, line: line), nil)
      }
      return (
        example(Array(marked.tokens[..<end]), trained: Array(trained[..<end]), line: line), nil
      )
    }
    let reply = (marked.trained[..<last].lastIndex(of: false) ?? -1) + 1
    guard excess < reply else {
      throw RowRejection(
        reason: "its reply alone has \(end - reply) tokens, and max_length is \(maxLength)")
    }
    let begin = marked.tokens.prefix(1).filter { $0 == text.begin }
    let start = excess + begin.count
    let trained =
      mask == .all
      ? marked.trained[start..<end].map { _ in true }
      : Self.withoutCutReply(marked.trained[start..<reply]) + marked.trained[reply..<end]
    return (
      example(
        begin + marked.tokens[start..<end], trained: begin.map { _ in false } + trained,
        line: line),
      "\(end) tokens: \(excess) were left out at the start"
        + whatIsCut(at: start, marked.trained[..<reply])
    )
  }

  /// The mask from a cut to the last reply: what is left of a reply there has lost its beginning or its header.
  private static func withoutCutReply(_ trained: ArraySlice<Bool>) -> [Bool] {
    let left = trained.prefix { $0 }.count
    return Array(repeating: false, count: left) + trained.dropFirst(left)
  }

  /// What a cut at this place takes away beside tokens.
  private func whatIsCut(at start: Int, _ trained: ArraySlice<Bool>) -> String {
    guard mask != .all else { return "" }
    let replies = trained.indices.prefix(start + 1).count {
      trained[$0] && ($0 == 0 || !trained[$0 - 1])
    }
    switch replies {
    case 0: return " of the prompt"
    case 1: return ", and 1 reply that begins there is not learnt"
    default: return ", and \(replies) replies that begin there are not learnt"
    }
  }

  /// The messages, of whose replies only the last is learnt where the mask says so.
  private func learnt(of messages: [Message]) -> [Message] {
    guard mask == .last, let last = messages.lastIndex(where: \.isTrained) else { return messages }
    var messages = messages
    for index in messages[..<last].indices { messages[index].isTrained = false }
    return messages
  }

  /// Whether the token that ends a turn is there to be learnt.
  package func endsTrained(_ example: TokenizedExample) -> Bool {
    guard let endOfTurn else { return false }
    return example.tokens.indices.reversed().contains {
      example.trained[$0] && example.tokens[$0] == endOfTurn
    }
  }

  private func rendered(_ messages: [Message]) throws(RowRejection) -> [Segment] {
    let isPair = messages.map(\.role) == [.user, .assistant]
    guard
      isPair || options.template != "auto" || text.ownTemplate != nil
        || !isPlain
    else {
      throw RowRejection(
        reason: "its system message or its turns need a chat template, and the model has none: "
          + "choose one, for example template: chatml")
    }
    if !template.runsProgram { try refuseParts(of: messages) }
    let (segments, isProgrammed): ([Segment], Bool)
    do {
      (segments, isProgrammed) = try template.written(messages)
    } catch {
      throw RowRejection(reason: Self.clause(error))
    }
    if isProgrammed { try checkWhole(segments, messages) }
    if template.runsProgram { try checkParts(of: messages) }
    return withSpecialTokens(segments)
  }

  private func example(_ tokens: [Int32], trained: [Bool], line: Int) -> TokenizedExample {
    var trained = trained
    if trained.first == true { trained[0] = false }
    return TokenizedExample(tokens: tokens, trained: trained, line: line)
  }

  private static func clause(_ error: ChatTemplateError) -> String {
    guard case .conversation(let message, let template, let reason) = error else {
      return error.description
    }
    return "message \(message) does not fit \(ChatTemplateError.template(template)): \(reason)"
  }
}
