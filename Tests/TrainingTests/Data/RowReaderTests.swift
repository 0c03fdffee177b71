import Files
import Testing

import Training

@Suite struct RowReaderTests {
  private func lines(_ text: String) throws -> [Int] {
    try RowReader.rows(of: .inline(text)).map(\.line)
  }

  private func failure(_ text: String) -> DataError? {
    #expect(throws: DataError.self) { try RowReader.rows(of: .inline(text)) }
  }

  @Test func countsLinesPastBlankOnesAndCarriageReturns() throws {
    #expect(try lines("{\"a\": 1}\r\n\r\n  \n{\"a\": 2}\n{\"a\": 3}") == [1, 4, 5])
  }

  @Test func passesOverAByteOrderMark() throws {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("{\"text\": \"ä\"}\n{\"text\": 3,}".utf8)
    try withFile("rows.jsonl", bytes) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      #expect(error?.line == 2)
      #expect(error?.column == 12)
    }
  }

  @Test func readsAListOverManyLinesWithTheLineOfEachRow() throws {
    let text = """
      [
        {"a": "x, [y] \\" {"},
        {
          "a": [1, {"b": 2}]
        }, {"a": null},

        {"a": {}}]
      """
    #expect(try lines(text) == [2, 3, 5, 7])
    #expect(try lines("[]") == [])
  }

  @Test func readsParagraphsOfText() throws {
    let text = "\n\nOne line.\nAnother.\n\n \nThird.\r\n"
    let rows = try RowReader.rows(of: .inline(text))
    #expect(rows.map(\.line) == [3, 7])
    #expect(rows.map { $0.object["text"]?.string } == ["One line.\nAnother.", "Third."])
  }

  @Test func readsTextFilesAsTextWhateverTheyBeginWith() throws {
    try withFile("notes.txt", Array("{not json}\n\nmore".utf8)) { path in
      let rows = try RowReader.rows(of: .file(path: path))
      #expect(rows.map(\.line) == [1, 3])
    }
  }

  @Test(arguments: [
    ("{\"prompt\": 'x'}", 1, 12, "\"'\"", "double quotes"),
    ("{\"a\": 1}\n{\"a\": NaN}", 2, 7, "\"NaN\"", "no NaN"),
    ("{\"a\": None}", 1, 7, "\"None\"", "null"),
    ("{\"a\": 1,}", 1, 9, "\"}\"", "comma"),
    ("{\"a\": \"é\" \"b\"}", 1, 11, "a \"", "Correct"),
    ("{\n  \"a\": 1\n}\n{\"a\": 2}", 1, 2, "the row ends", "one line"),
    ("{\"a\": \"b", 1, 9, "the row ends", "one line"),
    ("{\"a\": 1} {\"a\": 2}", 1, 10, "more text", "line of its own"),
    ("{\"a\": \"x\ty\"}", 1, 9, "control character 9", "\\t"),
    ("{\"a\": 1, \"a\": 2}", 1, 10, "twice", "Take out"),
    ("{\"a\": \"\\ud800\"}", 1, 14, "surrogate", "both halves"),
  ])
  func saysWhereARowIsBrokenWhatIsThereAndWhatToDo(
    text: String, line: Int, column: Int, seen: String, fix: String
  ) {
    let error = failure(text)
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.reason.contains(seen) == true, "\(error?.reason ?? "")")
    #expect(error?.fix.contains(fix) == true, "\(error?.fix ?? "")")
  }

  @Test func refusesRowsThatAreNoObjects() {
    #expect(
      failure("[{\"a\": 1},\n[2]]")?.description
        == "inline text:2: a row must be an object, and this is a list. "
        + "Write rows like {\"prompt\": \"…\", \"completion\": \"…\"}.")
    #expect(failure("{\"a\": 1}\n7")?.line == 2)
  }

  @Test func refusesDeepNestingInsteadOfOverflowing() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(failure("{\"a\": \(deep)")?.reason.contains("nested") == true)
  }

  @Test func readsALineOfTenMegabytes() throws {
    let text = "{\"text\": \"" + String(repeating: "ab cd ", count: 1_700_000) + "\"}"
    let rows = try RowReader.rows(of: .inline(text))
    #expect(rows.first?.object["text"]?.string?.utf8.count == 10_200_000)
  }

  @Test(arguments: ["{\"a\": 1, \"a\": 2}", "{\"a\": " + String(repeating: "[", count: 300)])
  func `JSON that is not read is not said to be none`(text: String) {
    let closed = text.hasSuffix("[") ? text + String(repeating: "]", count: 300) + "}" : text
    #expect(failure(closed)?.reason.contains("not JSON") == false)
  }

  @Test func `a row over several lines is read where it is the whole document`() throws {
    let rows = try RowReader.rows(
      of: .inline("\n{\n  \"prompt\": \"a\",\n  \"completion\": 1\n}\n"))
    #expect(rows.map(\.line) == [2])
    #expect(rows.first?.object.keys == ["prompt", "completion"])
  }

  @Test func `paragraphs are cut by bytes, and CR LF is one line's end`() throws {
    let text = "One,\r\ntwo.\r\n\r\n\u{301}three\r\n\u{A0}\r\nfour\u{B}"
    try withFile("notes.txt", Array(text.utf8)) { path in
      let rows = try RowReader.rows(of: .file(path: path))
      #expect(
        rows.map { $0.object["text"]?.string } == ["One,\ntwo.", "\u{301}three", "four\u{B}"])
      #expect(rows.map(\.line) == [1, 4, 6])
    }
  }

  @Test(arguments: [
    "{\"text\": \"%\"}", "[{\"text\": \"%\"}]", "{\n\"data\": [{\"text\": \"%\"}]}",
    "{\"id\": 1}\n{\"text\": \"%\"}",
  ])
  func `a row of more bytes than any context has is refused`(shape: String) {
    let text = shape.replacing("%", with: String(repeating: "a", count: 17 << 20))
    #expect(failure(text)?.reason.contains("at most 16777216 are read") == true)
  }
}
