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
}
