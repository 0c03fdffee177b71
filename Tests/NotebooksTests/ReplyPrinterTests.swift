import Notebooks
import Sessions
import Testing
import Tokenizers

@Suite struct ReplyPrinterTests {
  /// One token a byte.
  static let tokenizer: Tokenizer = {
    var vocabulary = Vocabulary()
    for byte in UInt8.min...UInt8.max { vocabulary.append([byte], kind: .normal) }
    let encoder = BytePairEncoder(vocabulary: vocabulary, order: .table(MergeTable(capacity: 0)))
    return Tokenizer(
      vocabulary: vocabulary, model: .bytePair(encoder), specialTokens: SpecialTokens(),
      addedTokens: [], pipeline: TextPipeline(splits: [.rule(.gpt2)]), rules: .tokenizers)
  }()

  /// What is shown and what is kept of a reply that the model writes byte by byte.
  private func printed(_ reply: String, stops: [String]) -> (shown: String, text: String) {
    var printer = ReplyPrinter(tokenizer: Self.tokenizer, stops: stops, after: [])
    var shown = ""
    for byte in reply.utf8 {
      let (text, isStopped) = printer.append(Int32(byte))
      shown += text
      if isStopped { break }
    }
    return (shown + printer.finish(), printer.text)
  }

  @Test(arguments: [
    ("one\r\ntwo", "\n", "one\r"), ("one\r\ntwo", "\r", "one"), ("a\r\nA: b", "\nA:", "a\r"),
    ("cafe\u{301} x", "e", "caf"), ("x\u{301}y", "\u{301}", "x"),
    ("e\u{301}", "\u{E9}", "e\u{301}"),
    ("\u{E9}", "e\u{301}", "\u{E9}"), ("👩‍👧 b", "\u{200D}", "👩"), ("aXXb", "XX", "a"),
    ("aXXXb", "XXb", "aX"), ("🇩🇪🇫🇷", "🇪🇫", "\u{1F1E9}"), ("none", "x", "none"),
  ])
  func `a stop string is found by its bytes`(reply: String, stop: String, kept: String) {
    let result = printed(reply, stops: [stop])
    #expect(Array(result.text.utf8) == Array(kept.utf8))
    #expect(Array(result.shown.utf8) == Array(kept.utf8))
  }

  @Test func `the first of several stop strings ends the reply`() {
    #expect(printed("one two three", stops: ["three", "two", ""]).text == "one ")
  }

  @Test func `no shown piece cuts a character`() {
    var printer = ReplyPrinter(tokenizer: Self.tokenizer, stops: ["😀😀x"], after: [])
    for byte in "a😀😀b".utf8 {
      #expect(!printer.append(Int32(byte)).text.contains("\u{FFFD}"))
    }
    #expect(printer.text == "a😀😀b")
  }
}
