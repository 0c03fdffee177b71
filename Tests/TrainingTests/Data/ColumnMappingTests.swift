import Testing

import Training

@Suite struct ColumnMappingTests {
  @Test(arguments: [("input", "contex"), ("output", "Output"), ("system", "conttext")])
  func `a column that no row has is refused, whichever part it is`(part: String, key: String) throws
  {
    var names = ["instruction": "instruction", "input": "context", "output": "output"]
    names[part] = key
    let row = "{\"instruction\": \"a\", \"context\": \"c\", \"output\": \"b\"}"
    let options = DatasetOptions(columns: try ColumnMapping(columns: names), template: "alpaca")
    let error = try #require(dataError(row, options))
    #expect(error.reason == "no row has the column \"\(key)\", which is to be its \(part)")
    let near = part == "output" ? "output" : "context"
    #expect(
      error.fix == "Did you mean \"\(near)\"? The columns are instruction, context, output")
    let other = "{\"instruction\": \"a\", \"output\": \"b\", \"\(key)\": \"d\"}"
    #expect(dataError(row + "\n" + other, options)?.reason.contains("no row has") != true)
  }

  @Test func readsPromptAndCompletionFromOtherColumns() throws {
    let columns = try ColumnMapping(columns: ["prompt": "line1", "completion": "line2"])
    let data = try dataset(
      "{\"line1\": \"a\", \"line2\": \"b\"}", DatasetOptions(columns: columns, template: "none"))
    #expect(data.summary.format == .promptCompletion)
    #expect(data.tokenized.first?.tokens == bytes("ab") + [ByteEncoder.end])
  }

  @Test func cutsATextAfterAMarker() throws {
    let columns = try ColumnMapping(columns: ["text": "body"], cutAfter: "\nA:")
    let data = try dataset(
      "{\"body\": \"Q: x\\nA: y\\nA: z\"}\n{\"body\": \"no marker\"}\n{\"body\": \"Q\\nA: \"}",
      DatasetOptions(columns: columns, template: "none"))
    #expect(data.tokenized.count == 1)
    #expect(data.tokenized.first.map(trainedText) == " y\nA: z$")
    #expect(
      data.summary.skipped == [
        RowNote(line: 2, reason: "its text has no \"\\nA:\" to cut after"),
        RowNote(line: 3, reason: "nothing follows the place where its text is cut"),
      ])
  }

  @Test func refusesPartsThatNoFormatHas() {
    let error = #expect(throws: DataError.self) {
      try ColumnMapping(columns: ["promt": "q"])
    }
    #expect(
      error?.description
        == "columns: no format has a part \"promt\". Did you mean prompt? The parts are "
        + "messages, system, history, conversations, instruction, output, input, prompt, completion, "
        + "text, segments.")
    #expect(throws: DataError.self) { try ColumnMapping(columns: [:], cutAfter: "") }
  }
}
