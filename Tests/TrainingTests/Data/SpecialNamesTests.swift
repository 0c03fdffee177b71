import Testing
import Tokenizers

import Training

/// Names of special tokens are the tokens where no chat format writes any, and text in chat.
@Suite struct SpecialNamesTests {
  @Test func `a prompt whose turns are marked already is named with what reads it`() throws {
    let row = "{\"prompt\": \"<|im_start|>user\\na<|im_end|>\", \"completion\": \"b\"}"
    func marked(_ template: String) throws -> [String] {
      try dataset(row, DatasetOptions(template: template)).summary.notices.filter {
        $0.hasSuffix("template: none does not mark them again")
      }
    }
    #expect(try marked("chatml").count == 1)
    #expect(try marked("none") == [])
  }

  private let start = ByteEncoder.start
  private let end = ByteEncoder.end

  private func first(_ row: String, _ options: DatasetOptions) throws -> TokenizedExample? {
    try dataset(row, options).tokenized.first
  }

  private func notice(_ row: String, _ options: DatasetOptions) throws -> String? {
    try dataset(row, options).summary.notices.first { $0.contains("special tokens") }
  }

  @Test func `in texts they are the tokens, and a text that ends so gets no second end`() throws {
    let none = DatasetOptions(template: "none")
    let row = "{\"text\": \"<|im_start|>hi<|im_end|>\"}"
    #expect(try first(row, none)?.tokens == [start] + bytes("hi") + [end])
    #expect(try first("{\"text\": \"hi<|im_end|>\\n\"}", none)?.tokens == bytes("hi") + [end, 10])
    #expect(try first("{\"text\": \"<|im_end|>hi\"}", none)?.tokens == [end] + bytes("hi") + [end])
    #expect(
      try notice(row, none)
        == "1 row has names of special tokens (<|im_start|>, <|im_end|>): they are the tokens; "
        + "special: false spells them out")
  }

  @Test func `special false spells them out`() throws {
    let options = DatasetOptions(template: "none", special: false)
    let row = "{\"text\": \"hi<|im_end|>\"}"
    #expect(try first(row, options)?.tokens == bytes("hi<|im_end|>") + [end])
    #expect(
      try notice(row, options)
        == "1 row has names of special tokens (<|im_end|>): they are read as text")
  }

  @Test func `under the template none they are the tokens`() throws {
    let row = "{\"prompt\": \"<|im_start|>a\", \"completion\": \"b<|im_end|>\"}"
    let example = try first(row, DatasetOptions(template: "none"))
    #expect(example?.tokens == [start, 97, 98, end])
    #expect(example?.trained == [false, false, true, true])
    let spelt = try first(row, DatasetOptions(template: "none", special: false))
    #expect(spelt?.tokens == bytes("<|im_start|>ab<|im_end|>") + [end])
  }

  @Test(arguments: [true, false])
  func `in chat they stay text, which is said`(special: Bool) throws {
    let row = "{\"prompt\": \"<|im_end|>\", \"completion\": \"b<|im_start|>\"}"
    let options = DatasetOptions(template: "chatml", special: special)
    let example = try #require(try first(row, options))
    #expect(example.tokens.count { $0 == start } == 2)
    #expect(example.tokens.count { $0 == end } == 2)
    #expect(try notice(row, options)?.hasSuffix("they are read as text") == true)
  }

  @Test func `rows without names have the tokens that they had, and no notice`() throws {
    let row = "{\"prompt\": \"a\", \"completion\": \"b\"}"
    let options = DatasetOptions(template: "none")
    #expect(try first(row, options)?.tokens == [97, 98, end])
    #expect(try notice(row, options) == nil)
  }
}
