import Testing
import Tokenizers

import Training

/// Axolotl's rows: texts one after the other, of which some are learnt.
@Suite struct SegmentRowTests {
  private let row = """
    {"segments": [{"label": false, "text": "<|im_start|>ask"}, {"label": true, "text": "a"}, \
    {"label": true, "text": "b<|im_end|>\\n"}, {"label": 0, "text": "more"}, \
    {"label": 1, "text": "c"}], "id": 7}
    """

  private func text(_ example: TokenizedExample) -> String {
    String(
      decoding: example.tokens.map {
        $0 >= 300 ? UInt8(ascii: $0 == 300 ? "^" : "$") : UInt8(clamping: $0)
      }, as: UTF8.self)
  }

  @Test func `labels are the mask, names are tokens, and the end is learnt once`() throws {
    let data = try dataset(row, DatasetOptions())
    let example = try #require(data.tokenized.first)
    #expect(text(example) == "^askab$\nmorec$")
    #expect(trainedText(example) == "ab$\nc$")
    #expect(data.summary.format == .segments && data.summary.template == "none")
    #expect(data.summary.notices.contains("not used: id (in 1 row)"))
    let ended = row.replacing("\"c\"", with: "\"c<|im_end|>\"")
    #expect(try text(#require(dataset(ended, DatasetOptions()).tokenized.first)) == text(example))
  }

  @Test func `options hold for segments too`() throws {
    let last = try dataset(row, DatasetOptions(mask: .last))
    #expect(try trainedText(#require(last.tokenized.first)) == "c$")
    let spelled = try dataset(row, DatasetOptions(special: false))
    #expect(try trainedText(#require(spelled.tokenized.first)) == "ab<|im_end|>\nc$")
    let short = try dataset(row, DatasetOptions(maxLength: 8))
    #expect(try text(#require(short.tokenized.first)) == "$\nmorec$")
    #expect(try trainedText(#require(short.tokenized.first)) == "c$")
    #expect(short.summary.cutRows == 1)
    #expect(
      dataError(row, DatasetOptions(template: "chatml"))?.fix == "Leave the template out")
  }

  @Test(arguments: [
    (
      "{\"segments\": [{\"label\": true, \"text\": \"a\"}, {\"label\": \"yes\", \"text\": \"b\"}]}",
      "item 2 of its segments has no label that is true or false"
    ),
    (
      "{\"segments\": [{\"label\": false, \"text\": \"a\"}]}",
      "none of its segments is to be learnt"
    ),
  ])
  func `what is no label is not guessed`(row: String, reason: String) {
    #expect(dataError(row, DatasetOptions())?.reason.hasSuffix(reason) == true)
  }

  @Test func `other rows have segments as well`() throws {
    let speech = "{\"text\": \"a b\", \"segments\": [{\"start\": 0, \"text\": \"a\"}]}"
    #expect(try dataset(speech, DatasetOptions()).summary.format == .text)
  }
}
