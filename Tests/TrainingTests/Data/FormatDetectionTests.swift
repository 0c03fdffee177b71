import Testing

import Training

@Suite struct FormatDetectionTests {
  @Test(arguments: [
    ("{\"messages\": []}", DatasetFormat.messages),
    ("{\"conversations\": [], \"system\": \"\"}", .sharegpt),
    ("{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\", \"text\": \"c\"}", .alpaca),
    ("{\"prompt\": \"a\", \"completion\": \"b\"}", .promptCompletion),
    ("{\"text\": \"a\", \"id\": 3}", .text),
  ])
  func knowsTheFormatByItsKeys(row: String, format: DatasetFormat) throws {
    let rows = try RowReader.rows(of: .inline(row))
    let detection = try FormatDetection(of: rows, file: "f", options: DatasetOptions())
    #expect(detection.format == format)
    #expect(detection.statement == "\(format.rawValue) (detected): all 1 rows have its keys")
  }

  @Test func takesTheFormatOfMostRowsAndCountsTheOthers() throws {
    let data = try dataset(
      """
      {"text": "stray"}
      {"prompt": "a", "completion": "b"}
      {"prompt": "c", "completion": null}
      {"prompt": "d", "completion": "e"}
      """)
    #expect(
      data.summary.detection.statement == "prompt_completion (detected): 2 of 4 rows have its keys")
    #expect(data.examples.map(\.line) == [2, 4])
    #expect(data.summary.skipped.map(\.line) == [1, 3])
    #expect(data.summary.skipped.last?.reason == "its completion is null")
    #expect(data.summary.skipped.first?.reason == "it has no prompt (its keys: text)")
  }

  @Test func saysWhichKeysThereAreAndWhichIsMeant() {
    #expect(
      dataError("{\"promt\": \"a\", \"completion\": \"b\"}")?.description
        == "inline text:1: the row has the keys promt, completion, and known rows have messages, or "
        + "conversations, or instruction + output, or prompt + completion, or text, or segments. "
        + "Did you mean prompt? Rename the key, or say columns: {prompt: \"promt\"}.")
    let options = DatasetOptions(format: .alpaca)
    #expect(
      dataError("{\"q\": \"a\"}", options)?.reason
        == "the row has the keys q, and alpaca rows need instruction + output")
  }

  @Test func refusesFilesWithoutRows() {
    #expect(dataError("\n \n")?.reason == "there are no rows in it")
    #expect(dataError("[]")?.reason == "there are no rows in it")
  }
}
