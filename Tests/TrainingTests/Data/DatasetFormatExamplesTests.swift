import Files
import Testing
import Tokenizers

import Training

@Suite struct DatasetFormatExamplesTests {
  private func content(_ row: String) throws -> Example.Content? {
    try dataset(row, DatasetOptions(template: "chatml")).examples.first?.content
  }

  private func rejection(_ row: String) -> String? {
    dataError(row, DatasetOptions(template: "chatml"))?.reason
      .replacing("none of the 1 rows can be used; this one: ", with: "")
  }

  @Test func readsAlpacaRows() throws {
    #expect(
      try content(
        "{\"instruction\": \"i\", \"input\": \"c\", \"output\": \"o\", \"system\": \"s\"}")
        == .messages([
          Message(.system, "s"), Message(.user, "i", context: "c"), Message(.assistant, "o"),
        ]))
    #expect(
      try content("{\"instruction\": \"i\", \"input\": null, \"output\": 42}")
        == .messages([Message(.user, "i"), Message(.assistant, "42")]))
  }

  @Test func readsMessagesWithPartsAndWeights() throws {
    let row = """
      {"messages": [{"role": "developer", "content": "s"}, {"role": "user", "content": \
      [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, \
      {"role": "assistant", "content": "c", "weight": 0}, {"role": "user", "content": "d"}, \
      {"role": "assistant", "content": "e", "weight": 1, "tool_calls": null}], "tools": []}
      """
    guard case .messages(var messages) = try content(row) else {
      Issue.record("no conversation")
      return
    }
    // A model's own template is given the name of the role and the parts.
    #expect(messages[0].turn?["role"] == "developer")
    #expect(messages[1].turn?["content"]?.array?.count == 2)
    for index in messages.indices { messages[index].turn = nil }
    #expect(
      messages == [
        Message(.system, "s"), Message(.user, "ab"),
        Message(.assistant, "c", isTrained: false), Message(.user, "d"), Message(.assistant, "e"),
      ])
  }

  @Test func readsShareGPTRows() throws {
    let row = """
      {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], \
      "system": "s"}
      """
    #expect(
      try content(row)
        == .messages([Message(.system, "s"), Message(.user, "a"), Message(.assistant, "b")]))
  }

  @Test func readsPromptAndCompletionAndText() throws {
    #expect(
      try content("{\"prompt\": \"a\", \"completion\": true}")
        == .messages([Message(.user, "a"), Message(.assistant, "true")]))
    let text = try dataset("{\"text\": \" a \"}").examples.first?.content
    #expect(text == .text(" a "))
  }

  @Test(arguments: [
    ("{\"prompt\": \"a\", \"completion\": \" \\n\"}", "its completion is empty"),
    ("{\"prompt\": [1], \"completion\": \"b\"}", "its prompt should be text and is a list"),
    ("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "it has no reply to learn from"),
    ("{\"messages\": \"hi\"}", "its messages should be a list and is text"),
    ("{\"messages\": [null]}", "message 1 is null, not an object"),
    ("{\"messages\": [{\"content\": \"a\"}]}", "message 1 does not say whose it is"),
    (
      "{\"messages\": [{\"role\": \"narrator\", \"content\": \"a\"}]}",
      "message 1 is by \"narrator\"; known are ai, assistant, bard, bing, bot, chatbot, chatgpt, developer, "
        + "function, function_response, gpt, human, ipython, model, observation, prompter, system, tool, "
        + "tool_response, user"
    ),
    ("{\"messages\": [{\"role\": \"user\", \"content\": null}]}", "message 1 has no content"),
    (
      "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}",
      "message 1 has a part of the type \"image_url\", and only text is read"
    ),
    (
      "{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{}]}]}",
      "message 1 calls tools, which only a model's own template can write"
    ),
    (
      "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}], \"tools\": [{}]}",
      "it offers tools, which only a model's own template can write"
    ),
  ])
  func saysWhyARowCannotBeUsed(row: String, reason: String) {
    #expect(rejection(row) == reason)
  }
}
