import Testing
import Tokenizers

import Training

@Suite struct TurnTests {
  private let options = DatasetOptions(template: "chatml")

  private func messages(_ row: String) throws -> [Message] {
    guard case .messages(let messages)? = try dataset(row, options).examples.first?.content else {
      return []
    }
    return messages
  }

  private func rejection(_ turn: String) -> String? {
    dataError("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, \(turn)]}", options)?
      .reason
      .replacing("none of the 1 rows can be used; this one: ", with: "")
  }

  @Test(arguments: [
    ("messages", "role", "content"), ("messages", "from", "value"),
    ("conversations", "role", "content"), ("conversations", "from", "value"),
  ])
  func `either keys of turns are read under either name`(
    list: String, role: String, content: String
  ) throws {
    let row = """
      {"\(list)": [{"\(role)": "user", "\(content)": "a"}, \
      {"\(role)": "assistant", "\(content)": "b"}]}
      """
    #expect(try messages(row) == [Message(.user, "a"), Message(.assistant, "b")])
  }

  @Test(arguments: [
    ("human", "gpt"), ("User", "Assistant"), ("USER", "ASSISTANT"), ("prompter", "assistant"),
    ("user", "chatgpt"), ("human", "bing"), ("human", "bard"), ("user", "model"), ("user", "bot"),
  ])
  func `the names that people give to roles are known`(user: String, assistant: String) throws {
    let row = """
      {"conversations": [{"from": "\(user)", "value": "a"}, \
      {"from": "\(assistant)", "value": "b"}]}
      """
    #expect(try messages(row).map(\.role) == [.user, .assistant])
  }

  @Test func `a prompt and a completion may be turns, and only the completion's are learnt`() throws
  {
    let row = """
      {"prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, \
      {"role": "user", "content": "c"}], "completion": [{"role": "assistant", "content": "d"}]}
      """
    #expect(
      try messages(row) == [
        Message(.user, "a"), Message(.assistant, "b", isTrained: false), Message(.user, "c"),
        Message(.assistant, "d"),
      ])
    #expect(
      try messages(
        "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"completion\": \"b\"}"
      ).count == 2)
  }

  @Test(arguments: ["\"a\"", "[{\"role\": \"user\", \"content\": \"a\"}]"])
  func `a prompt that the completion's turns begin with is said once`(prompt: String) throws {
    let turns =
      "{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}"
    let row = "{\"prompt\": \(prompt), \"completion\": [\(turns)]}"
    #expect(try messages(row) == [Message(.user, "a"), Message(.assistant, "b")])
    let system = "{\"role\": \"system\", \"content\": \"s\"}"
    #expect(
      try messages("{\"prompt\": \(prompt), \"completion\": [\(system), \(turns)]}")
        == [Message(.system, "s"), Message(.user, "a"), Message(.assistant, "b")])
  }

  @Test(arguments: ["weight", "train", "training", "loss"], ["0", "false", "0.0"])
  func `a reply that says so is read and not learnt`(key: String, value: String) throws {
    let row = """
      {"conversations": [{"from": "human", "value": "a", "\(key)": \(value)}, \
      {"from": "gpt", "value": "b", "\(key)": \(value)}, {"from": "human", "value": "c"}, \
      {"from": "gpt", "value": "d", "\(key)": \(value == "false" ? "true" : "1")}]}
      """
    #expect(try messages(row).map(\.isTrained) == [false, false, false, true])
    #expect(try dataset(row, options).summary.unread.keys == [])
  }

  @Test(arguments: [
    ("{\"role\": \"assistant\", \"content\": \"\"}", "message 2 is an empty reply"),
    ("{\"role\": \"assistant\", \"content\": \" \\n\"}", "message 2 is an empty reply"),
    ("{\"role\": \"assistant\", \"content\": []}", "message 2 is an empty reply"),
    ("{\"role\": \"assistant\", \"content\": null}", "message 2 has no content"),
    (
      "{\"role\": \"assistant\", \"content\": \"\", \"function_call\": {\"name\": \"f\"}}",
      "message 2 calls tools, which only a model's own template can write"
    ),
    (
      "{\"role\": \"assistant\", \"content\": \"b\", \"reasoning_content\": \"t\"}",
      "message 2 has its reasoning_content apart, which only a model's own template can write"
    ),
    (
      "{\"role\": \"model\", \"parts\": [{\"text\": \"hm\", \"thought\": true}]}",
      "message 2 has a part that is a thought, and only what is said is read"
    ),
    (
      "{\"role\": \"model\", \"parts\": [{\"functionCall\": {}}]}",
      "message 2 has a part with functionCall, and only text is read"
    ),
    (
      "{\"role\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": null}]}",
      "message 2 has a part of the type \"text\" without a text"
    ),
    (
      "{\"from\": \"function_call\", \"value\": \"{}\"}",
      "message 2 is a call of a tool that is no object with a name and arguments"
    ),
    (
      "{\"role\": \"assistant\", \"content\": \"b\", \"weight\": 0.5}",
      "message 2 has the weight 0.5; known are 0, 1, false and true"
    ),
    (
      "{\"role\": \"user\", \"content\": \"b\", \"train\": true}",
      "message 2 is to be learnt (train), and only replies are; mask: all learns every token"
    ),
  ])
  func `turns that cannot be learnt refuse their row by name`(turn: String, reason: String) {
    #expect(rejection(turn) == reason)
  }

  /// The same rule in every form: a reply of nothing is not learnt, and the row is counted.
  @Test(
    arguments: [
      "{\"prompt\": \"a\", \"completion\": \"%\"}", "{\"instruction\": \"a\", \"output\": \"%\"}",
      """
      {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "%"}]}
      """,
      "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"%\"}]}",
    ], ["", "   ", "\\u00a0\\n"])
  func `rows with an empty reply are skipped and counted`(row: String, reply: String) throws {
    let rows = [row.replacing("%", with: reply), row.replacing("%", with: "b")]
    let data = try dataset(rows.joined(separator: "\n"), options)
    #expect(data.summary.rows == 1)
    #expect(data.summary.skipped.map(\.line) == [1])
    #expect(data.summary.skipped.first?.reason.contains("empty") == true)
  }
}
