import Testing
import Tokenizers

import Training

/// Every part of a row is used, or the row is refused, or a notice counts it.
@Suite struct RowPartsTests {
  private let options = DatasetOptions(template: "chatml")

  private func content(_ row: String) throws -> Example.Content? {
    try dataset(row, options).examples.first?.content
  }

  private func rejection(_ row: String) -> String? {
    dataError(row, options)?.reason
      .replacing("none of the 1 rows can be used; this one: ", with: "")
  }

  private func notUsed(_ rows: String) throws -> [String] {
    try dataset(rows, options).summary.notices.filter { $0.hasPrefix("not used") }
  }

  @Test(arguments: [
    "{\"system\": \"s\", \"prompt\": \"a\", \"completion\": \"b\"}",
    "{\"system\": \"s\", \"instruction\": \"a\", \"output\": \"b\"}",
    """
    {"system": "s", "messages": [{"role": "user", "content": "a"}, \
    {"role": "assistant", "content": "b"}]}
    """,
    """
    {"system": "s", "conversations": [{"from": "system", "value": "s"}, \
    {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    """,
    """
    {"system": "s", "prompt": [{"role": "user", "content": "a"}], \
    "completion": [{"role": "assistant", "content": "b"}]}
    """,
    """
    {"system": [{"type": "text", "text": "s"}], "prompt": "a", "completion": "b"}
    """,
  ])
  func `a system column comes first in every form`(row: String) throws {
    #expect(
      try content(row)
        == .messages([Message(.system, "s"), Message(.user, "a"), Message(.assistant, "b")]))
    #expect(try notUsed(row) == [])
  }

  @Test(arguments: ["systemInstruction", "system_instruction"])
  func `Gemini's system message is read in either spelling`(key: String) throws {
    let row = """
      {"\(key)": {"parts": [{"text": "s"}]}, "contents": [{"role": "user", "parts": [{"text": "a"}]}, \
      {"role": "model", "parts": [{"text": "b"}]}]}
      """
    let bare = row.replacing("\"\(key)\": {\"parts\": [{\"text\": \"s\"}]}, ", with: "")
    let data = try dataset(bare + "\n" + row, options)
    #expect(
      data.examples.last?.content
        == .messages([Message(.system, "s"), Message(.user, "a"), Message(.assistant, "b")]))
    #expect(data.summary.unread.keys == [])
  }

  @Test func `Gemini's rows may mix the spellings, and one row has one system message`() throws {
    let turns = """
      "contents": [{"role": "user", "parts": [{"text": "a"}]}, \
      {"role": "model", "parts": [{"text": "b"}]}]}
      """
    let (first, second) = (
      "\"systemInstruction\": {\"parts\": [{\"text\": \"s\"}]}, ",
      "\"system_instruction\": {\"parts\": [{\"text\": \"t\"}]}, "
    )
    let data = try dataset(
      "{\(first)\(turns)\n{\(second)\(turns)\n{\(first)\(second)\(turns)", options)
    let systems = data.examples.map { example -> String? in
      guard case .messages(let messages) = example.content else { return nil }
      return messages.first?.content
    }
    #expect(systems == ["s", "t"])
    #expect(
      data.summary.skipped.first?.reason
        == "its systemInstruction and its system_instruction are two different system messages")
    #expect(data.summary.unread.keys == [])
    let image = first.replacing("{\"text\": \"s\"}", with: "{\"inlineData\": 1}")
    #expect(
      rejection("{\(image)\(turns)")
        == "its systemInstruction has a part with inlineData, and only text is read")
  }

  @Test func `two system messages that differ are not chosen from`() {
    let reason = rejection(
      """
      {"system": "s", "messages": [{"role": "system", "content": "t"}, \
      {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
      """)
    #expect(
      reason == "its system and its first message are two different system messages")
  }

  @Test(arguments: ["\"instruction\": \"c\", \"output\"", "\"prompt\": \"c\", \"completion\""])
  func `pairs of history become earlier turns, whose replies are learnt`(keys: String) throws {
    let row = "{\"history\": [[\"a\", \"b\"]], \(keys): \"d\"}"
    #expect(
      try content(row)
        == .messages([
          Message(.user, "a"), Message(.assistant, "b"), Message(.user, "c"),
          Message(.assistant, "d"),
        ]))
    #expect(try content("{\"history\": null, \(keys): \"d\"}") != nil)
    #expect(
      rejection("{\"history\": [[\"a\"]], \(keys): \"d\"}")
        == "item 1 of its history is not a pair of a question and a reply")
    #expect(
      rejection("{\"history\": [[\"a\", \" \"]], \(keys): \"d\"}")
        == "item 1 of its history has an empty reply")
  }

  @Test func `keys that are not read are named with their rows, once a row`() throws {
    let rows = """
      {"id": 7, "prompt": "a", "completion": "b", "source": "x", "tags": [], "note": null}
      {"id": 8, "prompt": "a", "completion": "b", "context": "c"}
      """
    #expect(
      try notUsed(rows) == [
        "not used: id (in 2 rows), source (in 1 row), context (in 1 row)"
      ])
  }

  @Test func `keys of turns that are not read are named too`() throws {
    let row = """
      {"messages": [{"role": "user", "name": "bob", "content": [{"type": "text", "text": "a", \
      "cache": 1}]}, {"role": "assistant", "content": "b", "name": "al", "tool_calls": []}]}
      """
    #expect(
      try notUsed(row) == [
        "not used: messages[].name (in 1 row), messages[].content[].cache (in 1 row)"
      ])
  }

  @Test func `a notice of thousands of keys stays short`() throws {
    let keys = (0..<3000).map { "\"k\($0)\": 1" }.joined(separator: ", ")
    let notice = try notUsed("{\"prompt\": \"a\", \"completion\": \"b\", \(keys)}").first ?? ""
    #expect(notice.hasSuffix("k11 (in 1 row) and more than 988 more"))
  }

  @Test(arguments: [
    ("\"tools\": [{}]", "it offers tools, which only a model's own template can write"),
    ("\"functions\": [{}]", "it offers tools, which only a model's own template can write"),
    (
      "\"function_call\": {\"name\": \"f\"}",
      "it calls a function outside of its turns"
    ),
    ("\"images\": [\"x.png\"]", "it has images, and only text is read"),
    ("\"label\": 0", "its label is 0: a reply that is not wanted"),
    ("\"label\": false", "its label is false: a reply that is not wanted"),
  ])
  func `rows with parts that a text cannot have are skipped by name`(part: String, reason: String) {
    #expect(rejection("{\"prompt\": \"a\", \"completion\": \"b\", \(part)}") == reason)
  }

  @Test(arguments: ["\"tools\": []", "\"tools\": \"[]\"", "\"images\": null", "\"label\": true"])
  func `empty parts say nothing`(part: String) throws {
    #expect(try notUsed("{\"prompt\": \"a\", \"completion\": \"b\", \(part)}") == [])
  }

  @Test func `a row of two formats is read as one, and the other is named`() throws {
    let row = "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"b\", \"text\": \"c\"}"
    let notices = try dataset(row, options).summary.notices
    #expect(notices.contains("rows have the keys of text too: format: text reads them so"))
    #expect(notices.contains("not used: text (in 1 row)"))
  }

  @Test func `a column for a part that the format does not have is refused`() throws {
    let columns = try ColumnMapping(columns: ["input": "context"])
    let error = dataError(
      "{\"prompt\": \"a\", \"completion\": \"b\", \"context\": \"c\"}",
      DatasetOptions(columns: columns, template: "chatml"))
    #expect(
      error?.reason
        == "its rows are read as prompt_completion, which has no part \"input\" for the column "
        + "\"context\"")
  }

  @Test(arguments: ["1e400", "12345678901234567890", "1.10", "-0", "0.1e-2", "1E5", "42"])
  func `numbers keep the digits of the file`(digits: String) throws {
    let data = try dataset("{\"prompt\": \(digits), \"completion\": \(digits)}", options)
    #expect(
      data.examples.first?.content
        == .messages([Message(.user, digits), Message(.assistant, digits)]))
    #expect(
      data.summary.notices.contains(
        "1 row has numbers, true or false where text belongs: they are read as they are written"))
  }

  @Test func `words for missing values and empty prompts are counted`() throws {
    let rows = """
      {"prompt": "a", "completion": "NA"}
      {"prompt": "b", "completion": "None"}
      {"prompt": " ", "completion": "c"}
      """
    let notices = try dataset(rows, options).summary.notices
    #expect(
      notices.contains(
        "2 rows have words that stand for a missing value (NA, None): they are read as words"))
    #expect(
      notices.contains("1 row has an empty prompt: the replies are learnt all the same"))
  }

  @Test func `calls whose arguments are a text are counted`() throws {
    let row = """
      {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", \
      "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}]}]}
      """
    let jinja = chatML.replacing(
      "m.content +", with: "m.content + m.tool_calls|default('')|string +")
    let data = try dataset(row, DatasetOptions(), jinja: jinja)
    #expect(
      data.summary.notices.contains { $0.hasPrefix("1 row has calls of tools whose arguments") })
  }

  @Test func `the reasons of many notes are counted`() {
    let notes = ["a", "b", "b"].map { RowNote(line: 1, reason: $0) }
    #expect(RowNote.reasons(of: notes) == "2 × b; 1 × a")
    let many = (1...7).map { RowNote(line: $0, reason: "\($0)") }
    #expect(RowNote.reasons(of: many).hasSuffix("1 × 5; and 2 more reasons"))
  }

  @Test func `what stands after the last reply is counted`() throws {
    let row = """
      {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, \
      {"role": "user", "content": "c"}]}
      """
    #expect(
      try dataset(row, options).summary.notices.contains(
        "1 row has turns after the last reply that is learnt: they are not used"))
    let all = DatasetOptions(template: "chatml", mask: .all)
    #expect(try dataset(row, all).summary.notices.allSatisfy { !$0.contains("after the last") })
  }

  @Test func `a message that a template would leave out refuses its row`() {
    let row = """
      {"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "s"}, \
      {"role": "assistant", "content": "b"}]}
      """
    #expect(
      dataError(row)?.reason.contains(
        "message 2 does not fit the template none: a system message stands in the user's that follows"
      )
        == true)
    #expect(dataError(row, options) == nil)
  }

  /// Its words stand in the reply as well, where a look at the whole text finds them.
  @Test(arguments: ["none", "gemma"])
  func `a system message that no user's message can hold is not dropped`(template: String) {
    let row = """
      {"messages": [{"role": "system", "content": "s"}, {"role": "assistant", "content": "s s"}]}
      """
    let reason = dataError(row, DatasetOptions(template: template))?.reason
    #expect(reason?.contains("message 1 does not fit the template \(template)") == true)
  }

  @Test func `turns of a model without a template are not run together`() {
    let row = "{\"system\": \"s\", \"prompt\": \"a\", \"completion\": \"b\"}"
    #expect(dataError(row, DatasetOptions())?.reason.contains("need a chat template") == true)
    #expect(dataError(row, DatasetOptions(template: "none")) == nil)
  }
}
