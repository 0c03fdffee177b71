import Files
import Models
import Testing
import Tokenizers

/// The space that tokenizers of SentencePiece's kind put before text, in texts that are encoded and decoded
/// by parts.
@Suite struct WordPlaceTests {
  static let legacy = "Llama 2's normalizers"
  static let first = "a space before the first word"

  private func tokenizer(_ name: String) throws -> Tokenizer {
    try WordGoldens.folder(WordGoldens.entry("folders", named: name))
  }

  @Test(arguments: [legacy, first])
  func `text that goes on from other text gets no space of its own`(name: String) throws {
    let tokenizer = try tokenizer(name)
    var ids = tokenizer.encode("The quick", parseSpecial: false)
    tokenizer.encode("ly brown", parseSpecial: false, into: &ids)
    #expect(tokenizer.decode(ids) == "The quickly brown")
    // Where nothing merges across, parts have the tokens of the whole.
    var parts = tokenizer.encode("The quick", parseSpecial: false)
    tokenizer.encode(" brown fox", parseSpecial: false, into: &parts)
    #expect(parts == tokenizer.encode("The quick brown fox", parseSpecial: false))
  }

  @Test(arguments: [(legacy, true), (first, false)])
  func `text after a marker gets one where the tokenizer does so`(
    name: String, hasSpace: Bool
  ) throws {
    let tokenizer = try tokenizer(name)
    let whole = tokenizer.encode("<s>dog", parseSpecial: true)
    var parts = tokenizer.encode("<s>", parseSpecial: true)
    tokenizer.encode("dog", parseSpecial: false, into: &parts)
    #expect(parts == whole)
    let spaced = tokenizer.encode("dog", parseSpecial: false)
    #expect((Array(whole.dropFirst()) == spaced) == hasSpace)
  }

  @Test(arguments: [legacy, first])
  func `a reply keeps the space that it begins with after text, and loses its tokenizer's`(
    name: String
  ) throws {
    let tokenizer = try tokenizer(name)
    let prompt = tokenizer.encode("The quick", parseSpecial: false)
    var all = prompt
    tokenizer.encode(" brown", parseSpecial: false, into: &all)
    var decoder = StreamingDecoder(tokenizer, at: tokenizer.place(after: prompt))
    let reply = all.dropFirst(prompt.count).map { decoder.append($0) }.joined()
    #expect(reply + decoder.finish() == " brown")
    let marker = tokenizer.encode("<s>", parseSpecial: true)
    all = marker
    tokenizer.encode("brown", parseSpecial: false, into: &all)
    var after = StreamingDecoder(tokenizer, at: tokenizer.place(after: marker))
    #expect(all.dropFirst().map { after.append($0) }.joined() + after.finish() == "brown")
  }

  @Test func `characters of several byte tokens come whole from a stream`() throws {
    let tokenizer = try tokenizer(Self.legacy)
    let text = "\u{1F9FF} \u{10FF}"
    let ids = tokenizer.encode(text, parseSpecial: false)
    try #require(ids.count >= 8)
    var decoder = StreamingDecoder(tokenizer)
    let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
    #expect(pieces.joined() == text)
    #expect(!pieces.joined().unicodeScalars.contains("\u{FFFD}"))
    #expect(pieces.contains("\u{1F9FF}"))
  }

  @Test func `rendered parts with a mask have the tokens of the whole text`() throws {
    let tokenizer = try tokenizer(Self.first)
    let text = tokenizer.encode(
      [
        Segment("<s>", isMarkup: true), Segment("The quick brown"),
        Segment(" fox", isTrained: true), Segment("</s>", isMarkup: true, isTrained: true),
      ], begin: 1)
    #expect(text.tokens == tokenizer.encode("<s>The quick brown fox</s>", parseSpecial: true))
    #expect(tokenizer.decode(zip(text.tokens, text.trained).filter { $0.1 }.map(\.0)) == "fox</s>")
  }

  /// As tokenizers has it: to Metaspace each piece that a step before it cut off is a text.
  @Test(arguments: [
    (Metaspace.Prefix.always, ["▁a", "▁b", "▁c"]), (.first, ["▁a", "b", "c"]),
    (.never, ["a", "b", "c"]),
  ])
  func piecesOfAStepBeforeArePrefixed(prefix: Metaspace.Prefix, words: [String]) {
    let pipeline = TextPipeline(splits: [
      .literal([UInt8(ascii: " ")], .removed), .metaspace(Metaspace(prefix: prefix, splits: true)),
    ])
    #expect(pipeline.words(of: "a  b c") == words)
    #expect(pipeline.words(of: " a").first == (prefix == .always ? "▁a" : "a"))
  }
}
