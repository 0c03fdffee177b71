import Checkpoints
import Files
import Models
import TestSupport
import Testing
import Tokenizers

/// The hard texts of Goldens/make_tokens.py, with what Hugging Face's tokenizers makes of them.
enum TokenGoldens {
  static func cases(_ name: String) throws -> [JSONValue] {
    let file = try JSONValue(file: "\(References.tests)/TokenizersTests/Goldens/\(name)")
    return try #require(file["cases"]?.array)
  }

  static func ids(_ value: JSONValue?) -> [Int32]? {
    value?.array?.compactMap { $0.int.flatMap { Int32(exactly: $0) } }
  }

  /// Opened once, as each debug build's opening takes a while.
  static let smollm = Result { () throws(FileError) in
    let file = try GGUFFile(path: References.defaultModel)
    return try Tokenizer.reading(gguf: file.metadata, file: References.defaultModel)
  }
}

@Suite struct TokenizerTests {
  let tokenizer: Tokenizer

  init() throws {
    tokenizer = try TokenGoldens.smollm.get()
  }

  @Test func idsAreThoseOfTheReference() throws {
    let cases = try TokenGoldens.cases("tokens.json")
    #expect(cases.count >= 300)
    for golden in cases {
      let text = try #require(golden["text"]?.string)
      let plain = try #require(TokenGoldens.ids(golden["ids"]))
      #expect(tokenizer.encode(text, parseSpecial: false) == plain, "\(text.debugDescription)")
      let parsed = TokenGoldens.ids(golden["parsed"]) ?? plain
      #expect(tokenizer.encode(text, parseSpecial: true) == parsed, "\(text.debugDescription)")
    }
  }

  @Test func decodingGivesTheReferencesText() throws {
    for golden in try TokenGoldens.cases("tokens.json") {
      let ids = try #require(TokenGoldens.ids(golden["ids"]))
      let decoded = try #require(golden["decoded"]?.string)
      #expect(Array(tokenizer.decode(ids).utf8) == Array(decoded.utf8))
    }
  }

  @Test func everyTextSurvivesARoundTrip() throws {
    for golden in try TokenGoldens.cases("tokens.json") {
      let text = try #require(golden["text"]?.string)
      for parseSpecial in [false, true] {
        let ids = tokenizer.encode(text, parseSpecial: parseSpecial)
        #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
      }
    }
  }

  @Test func specialTokensHaveTheRolesInTheFile() {
    // From the same file, read with Python's gguf.
    let special = tokenizer.specialTokens
    #expect(special.beginOfSequence == 1)
    #expect(special.endOfSequence == 2)
    #expect(special.unknown == 0)
    #expect(special.padding == 2)
    #expect(special.opening == nil)
    #expect(special.control["<|im_start|>"] == 1)
    #expect(special.control["<|im_end|>"] == 2)
    #expect(tokenizer.vocabularySize == 49152)
    #expect(tokenizer.pipeline == TextPipeline(splits: [.rule(.smollm)]))
  }

  @Test func skippingSpecialTokensLeavesTheText() {
    let ids = tokenizer.encode("<|im_start|>user\nHi<|im_end|>", parseSpecial: true)
    #expect(tokenizer.decode(ids, skipSpecial: true) == "user\nHi")
  }

  @Test func idsBeyondTheVocabularyAreNothing() {
    #expect(tokenizer.decode([-1, 49152, .max, .min]) == "")
    #expect(tokenizer.piece(-5) == "")
    #expect(!tokenizer.isControl(1_000_000))
  }

  @Test func `words have the same tokens when met again, and after others took their places`()
    throws
  {
    // More words than are remembered, of 1 to 40 bytes and of few and many tokens.
    let letters = Array("etaoinshrdluq7é")
    let words = (1...50_000).map { number in
      var (rest, word) = (number &* 2_654_435_761 % 4_294_967_296, " ")
      for _ in 0..<(number % 20) {
        word.append(letters[rest % letters.count])
        rest = rest / 3 + number
      }
      return word
    }
    let known = words.map { tokenizer.encode($0, parseSpecial: false) }
    let file = try GGUFFile(path: References.defaultModel)
    let other = try Tokenizer.reading(gguf: file.metadata, file: References.defaultModel)
    for place in words.indices.reversed() {
      #expect(other.encode(words[place], parseSpecial: false) == known[place], "\(words[place])")
      #expect(tokenizer.encode(words[place], parseSpecial: false) == known[place])
    }
  }

  @Test func aWordOfAHundredThousandLettersIsEncoded() {
    let text = String(repeating: "abcdefghij", count: 10_000)
    #expect(tokenizer.decode(tokenizer.encode(text, parseSpecial: false)) == text)
  }

  @Test func threadsShareATokenizer() async throws {
    let texts = try TokenGoldens.cases("tokens.json").compactMap { $0["text"]?.string }
    let expected = texts.map { tokenizer.encode($0, parseSpecial: false) }
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask { [tokenizer] in texts.map { tokenizer.encode($0, parseSpecial: false) } }
      }
      for await result in group { #expect(result == expected) }
    }
  }

  @Test func streamedPiecesJoinToTheText() throws {
    for golden in try TokenGoldens.cases("tokens.json") {
      let text = try #require(golden["text"]?.string)
      var decoder = StreamingDecoder(tokenizer)
      var streamed = ""
      for id in tokenizer.encode(text, parseSpecial: false) {
        let piece = decoder.append(id)
        #expect(text.utf8.contains(0xEF) || !piece.unicodeScalars.contains("\u{FFFD}"))
        streamed += piece
      }
      streamed += decoder.finish()
      #expect(Array(streamed.utf8) == Array(text.utf8))
    }
  }

  @Test func aStreamThatEndsWithinACharacterSaysSo() throws {
    let ids = tokenizer.encode("\u{1F9FF}", parseSpecial: false)
    try #require(ids.count > 1)
    var decoder = StreamingDecoder(tokenizer)
    for id in ids.dropLast() { #expect(decoder.append(id) == "") }
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(decoder.finish() == "")
  }

  @Test func `texts for people have whole characters, and the bytes of parts of one`() {
    let text = "melt 🫠 𝛿"
    let ids = tokenizer.encode(text, parseSpecial: false)
    #expect(ids.contains { tokenizer.piece($0).contains("\u{FFFD}") })
    #expect(tokenizer.readable(ids) == text)
    let pieces = ids.map { tokenizer.readable([$0]) }
    #expect(pieces.allSatisfy { !$0.contains("\u{FFFD}") })
    #expect(pieces.joined().contains("<0xF0>"))
    let written = tokenizer.encode("\u{FFFD}", parseSpecial: false)
    #expect(tokenizer.readable(written) == "\u{FFFD}")
  }

  @Test func `the names of special tokens in a text are found`() {
    #expect(
      tokenizer.specialNames(in: "a <|im_end|> b <|im_start|><|im_end|>")
        == ["<|im_end|>", "<|im_start|>"])
    #expect(tokenizer.specialNames(in: "<|im_en|> d|>") == [])
  }
}
