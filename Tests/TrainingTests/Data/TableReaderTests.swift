import Files
import TestSupport
import Testing
import Tokenizers

import Training

/// Tables as Python's `csv` reads them.
@Suite struct TableReaderTests {
  private func rows(_ text: String, as name: String = "rows.csv") throws -> [[String: String]] {
    try withFile(name, Array(text.utf8)) { path in
      try RowReader.rows(of: .file(path: path)).map { row in
        Dictionary(
          uniqueKeysWithValues: row.object.members.map { ($0.key, $0.value.string ?? "?") })
      }
    }
  }

  private func error(_ text: String) throws -> DataError? {
    try withFile("rows.csv", Array(text.utf8)) { path in
      #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
    }
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["a": "1", "b": "2"]]), ("a,b\r\n1,2", [["a": "1", "b": "2"]]),
    ("\u{FEFF}a,b\n1,2\n", [["a": "1", "b": "2"]]),
    ("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", [["a": "x, y", "b": "say \"hi\""]]),
    ("a,b\n\"1\n2\r\n3\",\n", [["a": "1\n2\r\n3", "b": ""]]),
    ("a,b\n\n1,2\n\n\n3,4\n", [["a": "1", "b": "2"], ["a": "3", "b": "4"]]),
    ("a,b\n007, x \n", [["a": "007", "b": " x "]]), ("a\nx\"y\n", [["a": "x\"y"]]),
    ("a;b\n1,5;2\n", [["a": "1,5", "b": "2"]]), ("\"a\"\n\"\"\n", [["a": ""]]),
    (",a,\n0,1,\n", [["Unnamed: 0": "0", "a": "1", "Unnamed: 2": ""]]),
    ("sep=|\r\na|b\r\n1,5|2\r\n", [["a": "1,5", "b": "2"]]),
    ("a|b\n1,5|\"2|3\"\n", [["a": "1,5", "b": "2|3"]]),
    ("sep=,\na,b\n1,2\n", [["a": "1", "b": "2"]]),
  ])
  func `a table has its rows`(text: String, expected: [[String: String]]) throws {
    #expect(try rows(text) == expected)
  }

  @Test func `a table with tabs has its rows`() throws {
    #expect(try rows("a\tb\n1,2\t\"3\t4\"\n", as: "rows.tsv") == [["a": "1,2", "b": "3\t4"]])
    #expect(try rows("a\tb\n1\t2\n", as: "ROWS.TSV") == [["a": "1", "b": "2"]])
  }

  @Test func `a row begins where its first line stands`() throws {
    let lines = try withFile("rows.csv", Array("a,b\n\"1\n2\",3\n4,5\n".utf8)) { path in
      try RowReader.rows(of: .file(path: path)).map(\.line)
    }
    #expect(lines == [2, 4])
  }

  @Test(arguments: [
    ("a,b\n1\n", 2, "1 fields, and the header names 2"),
    ("a,b\n1,2\n1,2,3\n", 3, "3 fields, and the header names 2"),
    ("a,b\n1,\"2\n", 2, "a quote that has no end"),
    ("a,b\n\"1\n\"x,2\n", 3, "text after the quote"),
    ("a,b,a\n", 1, "two columns are named \"a\""),
  ])
  func `what is no table is refused with its line`(text: String, line: Int, reason: String) throws {
    let error = try error(text)
    #expect(error?.line == line)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `columns are parts, and turns in a column are read`() throws {
    let turns =
      "[{\"\"role\"\": \"\"user\"\", \"\"content\"\": \"\"a\"\"}, {\"\"role\"\": \"\"assistant\"\", "
      + "\"\"content\"\": \"\"b\"\"}]"
    for (text, count) in [
      ("prompt,completion\nx,y\nz,\n", 1), ("messages,id\n\"\(turns)\",7\n", 1),
      ("prompt,completion,label\nx,y,True\nx,z,False\n", 1),
    ] {
      try withFile("rows.csv", Array(text.utf8)) { path in
        let data = try Dataset(
          reading: .file(path: path), options: DatasetOptions(template: "chatml"),
          text: modelText())
        #expect(data.summary.rows == count)
      }
    }
  }
}

@Suite struct KnownShapeTests {
  private func messages(_ row: String) throws -> (messages: [String], notices: [String]) {
    let data = try dataset(row, DatasetOptions(template: "chatml"))
    guard case .messages(let messages)? = data.examples.first?.content else { return ([], []) }
    return (
      messages.map { "\($0.role): \($0.content)|\($0.context)|\($0.isTrained)" },
      data.summary.notices
    )
  }

  @Test func `dolly is read as alpaca`() throws {
    let row =
      "{\"instruction\": \"i\", \"context\": \"c\", \"response\": \"r\", \"category\": \"q\"}"
    let (messages, notices) = try messages(row)
    #expect(messages == ["user: i|c|false", "assistant: r||true"])
    #expect(
      notices.contains("rows of dolly are read as alpaca: context as input, response as output"))
    #expect(notices.contains("not used: category (in 1 row)"))
  }

  @Test func `of preferences the chosen replies are learnt`() throws {
    let text = "{\"prompt\": \"p\", \"chosen\": \"c\", \"rejected\": \"r\"}"
    let (messages, notices) = try messages(text)
    #expect(messages == ["user: p||false", "assistant: c||true"])
    #expect(notices.contains { $0.hasSuffix("the rejected replies are not learnt") })
    let whole = """
      {"prompt": "p", "chosen": [{"role": "user", "content": "p"}, {"role": "assistant", \
      "content": "c"}], "rejected": [{"role": "user", "content": "p"}]}
      """
    #expect(try self.messages(whole).messages == ["user: p||false", "assistant: c||true"])
    let split = """
      {"prompt": [{"role": "user", "content": "p"}], "chosen": [{"role": "assistant", \
      "content": "c"}], "rejected": [{"role": "assistant", "content": "r"}]}
      """
    #expect(try self.messages(split).messages == ["user: p||false", "assistant: c||true"])
  }

  @Test func `a conversation of inputs and outputs is learnt in all its outputs`() throws {
    let row =
      "{\"source\": \"s\", \"conversation\": [{\"input\": \"a\", \"output\": \"b\"}, "
      + "{\"input\": \"c\", \"output\": \"d\"}]}"
    let (messages, notices) = try messages(row)
    #expect(
      messages == ["user: a||false", "assistant: b||true", "user: c||false", "assistant: d||true"])
    #expect(notices.contains("not used: source (in 1 row)"))
  }

  /// Beside its turns a row has lists of objects that are no rows.
  @Test func `a log of a conversation is one row`() throws {
    let row = """
      {"model": "m", "conversation": [{"role": "user", "content": "a"}, {"role": "Chatbot", \
      "content": "b"}], "moderation": [{"flagged": false}]}
      """
    let (messages, notices) = try messages(row)
    #expect(messages == ["user: a||false", "assistant: b||true"])
    #expect(
      notices.contains(
        "rows of logged conversations are read as sharegpt: conversation as conversations"))
  }

  @Test func `Gemini's contents are turns`() throws {
    let row = """
      {"systemInstruction": {"role": "system", "parts": [{"text": "s"}]}, "contents": \
      [{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}, {"role": "model", "parts": \
      [{"text": "c"}]}]}
      """
    #expect(
      try messages(row).messages == ["system: s||false", "user: ab||false", "assistant: c||true"])
  }

  @Test func `a recipe that names columns or the format is obeyed`() {
    let row = "{\"instruction\": \"i\", \"context\": \"c\", \"response\": \"r\"}"
    #expect(dataError(row, DatasetOptions(format: .alpaca)) != nil)
    #expect(
      dataError(row, DatasetOptions(columns: ColumnMapping(names: ["input": "context"]))) != nil)
  }
}
