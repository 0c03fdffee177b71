import Files
import Testing
import Tokenizers

@Suite struct PreTokenizerTests {
  @Test(arguments: PreTokenizer.allCases)
  func wordsAreThoseOfTheRegularExpression(rule: PreTokenizer) throws {
    let cases = try TokenGoldens.cases("splits.json")
    #expect(cases.count >= 300)
    for golden in cases {
      let text = try #require(golden["text"]?.string)
      let words = try #require(golden[rule.rawValue]?.array).compactMap(\.string)
      // Strings that look the same to `==` may differ in bytes.
      #expect(
        rule.words(of: text).map { Array($0.utf8) } == words.map { Array($0.utf8) },
        "\(text.debugDescription)")
    }
  }

  @Test func namesOfGGUFFilesAreKnownOrRefused() {
    #expect(PreTokenizer(ggufName: "smollm") == .smollm)
    #expect(PreTokenizer(ggufName: "llama-bpe") == .llama3)
    #expect(PreTokenizer(ggufName: "gpt-2") == .gpt2)
    #expect(PreTokenizer(ggufName: "qwen2") == .qwen2)
    #expect(PreTokenizer(ggufName: "tekken") == nil)
    #expect(PreTokenizer(ggufName: "") == nil)
  }
}
