import Testing
import Tokenizers

import Training

@Suite struct ExampleEncoderTests {
  let pair = "{\"prompt\": \"abcdef\", \"completion\": \"xyz\"}"

  private func options(
    _ template: String = "none", mask: LossMask = .completion, maxLength: Int = 512
  ) -> DatasetOptions {
    DatasetOptions(template: template, mask: mask, maxLength: maxLength)
  }

  @Test func trainsTheCompletionAndTheEndToken() throws {
    let example = try #require(try dataset(pair).tokenized.first)
    #expect(example.tokens == bytes("abcdefxyz") + [ByteEncoder.end])
    #expect(trainedText(example) == "xyz$")
  }

  @Test func trainsEveryReplyOfAConversationAndNothingAfterItsEnd() throws {
    let row = """
      {"messages": [{"role": "user", "content": "<|im_end|>"}, \
      {"role": "assistant", "content": "one"}, {"role": "user", "content": "c"}, \
      {"role": "assistant", "content": "two"}]}
      """
    let example = try #require(try dataset(row, options("chatml")).tokenized.first)
    #expect(trainedText(example) == "one$two$")
    #expect(example.tokens.last == ByteEncoder.end)
    #expect(example.tokens.count { $0 == ByteEncoder.end } == 4)
  }

  @Test func trainsEverythingButTheFirstTokenWhenAsked() throws {
    let example = try #require(try dataset(pair, options(mask: .all)).tokenized.first)
    #expect(example.trained == [false] + [Bool](repeating: true, count: 9))
    let text = try #require(try dataset("{\"text\": \"abc\"}").tokenized.first)
    #expect(trainedText(text) == "bc$")
  }

  @Test func beginsWithTheBeginTokenOnce() throws {
    let plain = try dataset(pair, options(), begin: ByteEncoder.start).tokenized.first
    #expect(plain?.tokens.prefix(2) == [ByteEncoder.start, 97])
    let chat = try dataset(pair, options("chatml"), begin: ByteEncoder.start).tokenized.first
    #expect(chat?.tokens.prefix(2) == [ByteEncoder.start, 117])
  }

  @Test func cutsTheStartOfAPromptAndKeepsTheReply() throws {
    let data = try dataset(pair, options(maxLength: 6))
    let example = try #require(data.tokenized.first)
    #expect(example.tokens == bytes("efxyz") + [ByteEncoder.end])
    #expect(trainedText(example) == "xyz$")
    #expect(
      data.summary.cut == [
        RowNote(line: 1, reason: "10 tokens: 4 were left out at the start of the prompt")
      ])
    let begun = try dataset(pair, options(maxLength: 6), begin: ByteEncoder.start)
    #expect(
      begun.tokenized.first?.tokens == [ByteEncoder.start] + bytes("fxyz") + [ByteEncoder.end])
  }

  @Test func `nothing is learnt of a reply that is cut, and it is said`() throws {
    let row = """
      {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "first"}, \
      {"role": "user", "content": "c"}, {"role": "assistant", "content": "two"}]}
      """
    let whole = try #require(try dataset(row, options("chatml")).tokenized.first)
    let begins = try #require(whole.trained.firstIndex(of: true))
    let data = try dataset(row, options("chatml", maxLength: whole.tokens.count - begins - 2))
    let example = try #require(data.tokenized.first)
    #expect(trainedText(example) == "two$")
    #expect(
      data.summary.cut.first?.reason
        == "\(whole.tokens.count) tokens: \(begins + 2) were left out at the start, and 1 reply that "
        + "begins there is not learnt")
    let kept = try dataset(row, options("chatml", maxLength: whole.tokens.count - begins + 1))
    #expect(kept.tokenized.first.map(trainedText) == "first$two$")
    #expect(kept.summary.cut.first?.reason.hasSuffix("at the start of the prompt") == true)
  }

  @Test func cutsDownToOneTokenBeforeTheReplyAndNoFurther() throws {
    let shortest = try #require(try dataset(pair, options(maxLength: 5)).tokenized.first)
    #expect(shortest.tokens == bytes("fxyz") + [ByteEncoder.end])
    #expect(trainedText(shortest) == "xyz$")
    let begun = try dataset(pair, options(maxLength: 5), begin: ByteEncoder.start)
    #expect(begun.tokenized.first.map(trainedText) == "xyz$")
    #expect(begun.summary.cut.first?.reason.hasSuffix("at the start of the prompt") == true)
    #expect(
      dataError(pair, options(maxLength: 4))?.reason
        == "none of the 1 rows can be used; this one: its reply alone has 4 tokens, "
        + "and max_length is 4")
  }

  @Test func `a long text is read in pieces, and each of its tokens is learnt once`() throws {
    let text = "{\"text\": \"abcdefgh\"}\n{\"text\": \"ab\"}"
    let data = try dataset(text, options(maxLength: 4))
    #expect(
      data.tokenized.map(\.tokens) == [
        bytes("abcd"), bytes("defg"), bytes("gh") + [ByteEncoder.end],
        bytes("ab") + [ByteEncoder.end],
      ])
    #expect(data.tokenized.map(trainedText).joined() == "bcdefgh$b$")
    #expect(data.summary.cut.isEmpty)
    #expect(data.summary.rows == 4)
    #expect(data.summary.notices.contains("1 text is longer than max_length and read in 3 pieces"))
    #expect(
      data.summary.notices.contains(
        "the token that ends a reply is trained in 2 of 2 rows"))
  }

  @Test(arguments: 1...12) func `pieces of every length have every token`(length: Int) throws {
    let text = String("abcdefghijkl".prefix(length))
    for maxLength in 2...14 {
      let data = try dataset("{\"text\": \"\(text)\"}", options(maxLength: maxLength))
      #expect(data.tokenized.map(trainedText).joined() == text.dropFirst() + "$")
      #expect(data.tokenized.allSatisfy { $0.tokens.count <= maxLength && $0.tokens.count > 1 })
    }
  }

  @Test func `the pieces of a text stay in one part`() throws {
    let rows = (0..<20).map { "{\"text\": \"abcdefgh\($0)\"}" }.joined(separator: "\n")
    let data = try dataset(rows, options(maxLength: 4))
    let split = try DatasetSplit(of: data, valid: .fraction(0.25), seed: 1)
    let held = Set(split.valid.map { data.tokenized[$0].line })
    #expect(held.count == 5)
    #expect(held.isDisjoint(with: split.train.map { data.tokenized[$0].line }))
    #expect(split.train.count + split.valid.count == data.tokenized.count)
  }

  @Test func `rows that repeat a row before are counted`() throws {
    let row = "{\"prompt\": \"a\", \"completion\": \"b\"}\n"
    let notices = try dataset(row + row + pair + "\n" + row).summary.notices
    #expect(
      notices.contains(
        "2 rows are the same as a row before, token for token; the first is line 2; dedupe: true "
          + "leaves them out"))
    let one = try dataset(row + pair + "\n" + row).summary.notices
    #expect(
      one.contains(
        "1 row is the same as a row before, token for token: line 3; dedupe: true leaves it out"))
  }

  @Test func `a long text that is repeated is counted by all of its pieces`() throws {
    func row(_ end: String) -> String { "{\"text\": \"abcdefghijkl\(end)\"}\n" }
    let data = try dataset(row("m") + row("n") + row("m"), options(maxLength: 4))
    #expect(data.summary.pieces > 0 && data.summary.repeated == 1)
    var dropping = options(maxLength: 4)
    dropping.dropsRepeated = true
    let dropped = try dataset(row("m") + row("n") + row("m"), dropping)
    #expect(dropped.rows.count == 2 && dropped.summary.repeated == 1)
    #expect(dropped.summary.rows == dropped.tokenized.count)
  }

  @Test func refusesLengthsThatFitNothing() {
    #expect(dataError(pair, options(maxLength: 1))?.reason.contains("too short") == true)
    #expect(dataError(pair, options(maxLength: -5))?.reason.contains("too short") == true)
  }

  /// Trained tokens are the replies' bytes and one end token each, whatever the template.
  @Test(arguments: ChatTemplate.names)
  func countsReplyTokensAndEndTokens(template: String) throws {
    let replies = (1...40).map { String(repeating: "r", count: $0) }
    let rows = replies.map { "{\"prompt\": \"\($0.count)?\", \"completion\": \"\($0)\"}" }
    let data = try dataset(rows.joined(separator: "\n"), options(template))
    let ends = ["gemma": "<end_of_turn>", "llama-3": "<|eot_id|>", "phi": "<|end|>"][template]
    let spaces = ["llama-2": 2, "vicuna": 1, "mistral": 1, "deepseek": 1][template] ?? 0
    let expected = replies.reduce(0) { $0 + $1.utf8.count + (ends?.utf8.count ?? 1) + spaces }
    #expect(data.summary.trainedTokens == expected)
    #expect(data.summary.endsTrained == 40)
    #expect(data.tokenized.allSatisfy { $0.trained.first == false })
    #expect(data.tokenized.allSatisfy { $0.tokens.count == $0.trained.count })
  }

  @Test func givesGenerationTheTokensThatTrainingSaw() throws {
    let text = modelText(jinja: chatML)
    let template = try text.template(named: "auto", fallback: "none")
    let prompt = text.encode(
      try template.segments(for: [Message(.user, "abcdef")], opensReply: true)
    ).tokens
    let trained = try #require(try dataset(pair, options("auto"), jinja: chatML).tokenized.first)
    #expect(Array(trained.tokens.prefix(prompt.count)) == prompt)
    #expect(trained.trained[prompt.count])
    #expect(!trained.trained[prompt.count - 1])
  }
}
