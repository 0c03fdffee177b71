import Testing
import Tokenizers

import Training

@Suite struct TokenizedExampleTests {
  private func example(
    _ tokens: [Int32], _ trained: [Bool], line: Int = 1
  ) -> TokenizedExample {
    TokenizedExample(tokens: tokens, trained: trained, line: line)
  }

  @Test func `an identity is of the tokens and their flags, not of the place in a file`() {
    let first = example([5, 6, 7], [false, true, true])
    #expect(first.identity == example([5, 6, 7], [false, true, true], line: 9).identity)
    #expect(first.identity != example([5, 7, 6], [false, true, true]).identity)
    #expect(first.identity != example([5, 6, 7], [false, false, true]).identity)
    #expect(first.identity != example([5, 6], [false, true]).identity)
    #expect(example([0], [false]).identity != example([0, 0], [false, false]).identity)
  }

  /// Adapters keep identities: another hash would make strangers of the rows that they have seen.
  @Test func `an identity is the same in every run`() {
    #expect(example([5, 6, 7], [false, true, true]).identity == 0x4d33a68af7f492c0)
  }

  @Test func `a hundred thousand small examples have as many identities`() {
    var seen: Set<UInt64> = []
    for a in 0..<316 {
      for b in 0..<317 {
        seen.insert(example([1, Int32(a), Int32(b)], [false, true, true]).identity)
      }
    }
    #expect(seen.count == 316 * 317)
  }

  /// Those above 65,535 take more room in memory.
  @Test(arguments: [0, 65_235, 65_236, 1 << 20])
  func `tokens of any vocabulary are read back as they were made`(first: Int32) throws {
    struct Moved: TextEncoder {
      let first: Int32
      func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32]) {
        tokens += ByteEncoder().encode(text, parseSpecial: parseSpecial).map { $0 + first }
      }
      func specialNames(in text: String) -> [String] { [] }
    }
    let text = ModelText(
      encoder: Moved(first: first), begin: nil, tokens: ChatTemplate.TextTokens(end: "<|im_end|>"),
      template: nil)
    let data = try Dataset(
      reading: .inline("{\"prompt\": \"abcdefgh\", \"completion\": \"i\"}"),
      options: DatasetOptions(template: "none"), text: text)
    let example = try #require(data.tokenized.first)
    #expect(example.tokens == (bytes("abcdefghi") + [ByteEncoder.end]).map { $0 + first })
    #expect(example.trained == [Bool](repeating: false, count: 8) + [true, true])
  }
}
