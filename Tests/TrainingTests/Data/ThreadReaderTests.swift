import Testing
import Tokenizers

import Training

@Suite struct ThreadReaderTests {
  private let options = DatasetOptions(template: "chatml")

  private func message(
    _ id: Int, _ parent: Int?, _ role: String, _ text: String, rank: Int? = nil,
    deleted: Bool = false
  ) -> String {
    """
    {"message_id": "\(id)", "parent_id": \(parent.map { "\"\($0)\"" } ?? "null"), \
    "role": "\(role)", "text": "\(text)", "rank": \(rank.map(String.init) ?? "null"), \
    "deleted": \(deleted)}
    """
  }

  private func conversations(_ rows: [String]) throws -> [Example.Content] {
    try dataset(rows.joined(separator: "\n"), options).examples.map(\.content)
  }

  @Test func `messages with parents are conversations by the best ranks`() throws {
    let rows = [
      message(4, 2, "prompter", "And?"), message(3, 1, "assistant", "Go away.", rank: 1),
      message(1, nil, "prompter", "Hi"), message(2, 1, "assistant", "Hello.", rank: 0),
      message(5, nil, "prompter", "2+2?"), message(6, 5, "assistant", "5", rank: 0, deleted: true),
      message(7, 5, "assistant", "4"), message(8, nil, "prompter", "Anyone?"),
    ]
    #expect(
      try conversations(rows) == [
        .messages([Message(.user, "Hi"), Message(.assistant, "Hello.")]),
        .messages([Message(.user, "2+2?"), Message(.assistant, "4")]),
      ])
    let data = try dataset(rows.joined(separator: "\n"), options)
    #expect(data.examples.map(\.line) == [3, 5])
    #expect(
      data.summary.notices.first
        == "threads of messages are read as 2 conversations, each with the reply of the best rank "
        + "at every step; messages not used: 4")
    #expect(data.tokenized.map(trainedText) == ["Hello.$", "4$"])
  }

  @Test func `a tree a row is a conversation too`() throws {
    let row = """
      {"message_tree_id": "1", "prompt": {"message_id": "1", "text": "Hi", "role": "prompter", \
      "replies": [{"text": "No.", "role": "assistant", "rank": 1, "replies": []}, \
      {"text": "Hello.", "role": "assistant", "rank": 0, "replies": [{"text": "Bye", \
      "role": "prompter", "replies": [{"text": "Goodbye.", "role": "assistant"}]}]}]}}
      """
    #expect(
      try conversations([row]) == [
        .messages([
          Message(.user, "Hi"), Message(.assistant, "Hello."), Message(.user, "Bye"),
          Message(.assistant, "Goodbye."),
        ])
      ])
  }

  @Test func `threads are never texts`() {
    let rows = [message(1, nil, "prompter", "Hi")].joined()
    #expect(dataError(rows, options)?.reason == "its threads have no reply to learn from")
    let asText = dataError(rows, DatasetOptions(format: .text, template: "none"))
    #expect(asText?.reason.contains("one turn of a conversation") == true)
    #expect(
      dataError("{\"role\": \"user\", \"text\": \"Hi\"}")?.reason.contains("one turn") == true)
  }

  @Test func `a message that stands twice is refused, and nothing goes in circles`() {
    let rows = [
      message(1, nil, "prompter", "Hi"), message(2, 1, "assistant", "a"),
      message(2, 2, "assistant", "b"),
    ]
    let error = dataError(rows.joined(separator: "\n"), options)
    #expect(error?.line == 3)
    #expect(error?.reason == "the message_id \"2\" stands twice")
  }
}
