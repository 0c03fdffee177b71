import Testing

import Tokenizers

/// One token a byte; `<…>` is one token (1000 and the length) where special tokens are parsed.
struct ByteEncoder: TextEncoder {
  func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32]) {
    if parseSpecial, text.hasPrefix("<") { return tokens.append(Int32(1000 + text.utf8.count)) }
    tokens += text.utf8.map { Int32($0) } + [-1]
  }

  func specialNames(in text: String) -> [String] { text.hasPrefix("<") ? [text] : [] }
}

@Suite struct SegmentTests {
  let encoder = ByteEncoder()

  @Test func joinsTextOfOneFlagAndPartsWhereTheFlagChanges() {
    let marked = encoder.encode([
      Segment("a"), Segment("b"), Segment(""), Segment("c", isTrained: true),
      Segment("<e>", isMarkup: true, isTrained: true), Segment("d"),
    ])
    #expect(marked.tokens == [97, 98, -1, 99, -1, 1003, 100, -1])
    #expect(marked.trained == [false, false, false, true, true, true, false, false])
  }

  @Test func neverParsesContent() {
    #expect(encoder.encode([Segment("<e>")]).tokens == [60, 101, 62, -1])
  }

  @Test func keepsNeighbouringMarkersApart() {
    let marked = encoder.encode([Segment("<a>", isMarkup: true), Segment("<bc>", isMarkup: true)])
    #expect(marked.tokens == [1003, 1004])
  }

  @Test func putsTheBeginTokenFirstOnce() {
    let marker = Segment("<s>", isMarkup: true)
    #expect(encoder.encode([marker], begin: 1003).tokens == [1003])
    #expect(encoder.encode([Segment("a")], begin: 7).tokens == [7, 97, -1])
    #expect(encoder.encode([Segment("a", isTrained: true)], begin: 7).trained.first == false)
    #expect(encoder.encode([], begin: 7).tokens == [7])
  }

  @Test func givesAPromptTheSameTokensAsTheTrainedText() throws {
    for name in ChatTemplate.names {
      let template = try ChatTemplate(named: name, tokens: ChatTemplate.TextTokens())
      let messages = [Message(.user, "Hi"), Message(.assistant, " there")]
      let prompt = encoder.encode(
        try template.segments(for: Array(messages.prefix(1)), opensReply: true))
      let whole = encoder.encode(try template.segments(for: messages))
      #expect(Array(whole.tokens.prefix(prompt.tokens.count)) == prompt.tokens)
      #expect(whole.trained.prefix(prompt.tokens.count).allSatisfy { !$0 })
    }
  }
}
