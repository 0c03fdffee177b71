import Foundation
import Testing

import Tokenizers

/// Conversations as other renderers write them; see Goldens/make_chat_templates.py.
struct ChatGoldens: Decodable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Turn: Decodable, Sendable {
      let role: String
      let content: String
    }
    let model, template, begin, end, text: String
    let messages: [Turn]
    let opens: Bool

    var testDescription: String { "\(model): \(messages.map(\.role).joined(separator: " "))" }
    var tokens: ChatTemplate.TextTokens { ChatTemplate.TextTokens(begin: begin, end: end) }
    var conversation: [Message] {
      messages.compactMap { turn in
        Message.Role(rawValue: turn.role).map { Message($0, turn.content) }
      }
    }
  }
  let smollm2_jinja: String
  let cases: [Case]

  static let all: ChatGoldens = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/chat_templates.json")
    do {
      return try JSONDecoder().decode(ChatGoldens.self, from: Data(contentsOf: file))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()
}

/// What a rendering looks like as one text.
func joined(_ segments: [Segment]) -> String { segments.map(\.text).joined() }

@Suite struct ChatTemplateTests {
  let tokens = ChatTemplate.TextTokens()
  let conversation = [
    Message(.system, "S"), Message(.user, "U1"), Message(.assistant, "A1"), Message(.user, "U2"),
    Message(.assistant, "A2"),
  ]

  @Test(arguments: ChatGoldens.all.cases)
  func writesWhatTransformersWrites(golden: ChatGoldens.Case) throws {
    var template = try ChatTemplate(named: golden.template, tokens: golden.tokens)
    switch golden.model {
    case "smollm2":
      template = try ChatTemplate(
        jinja: ChatGoldens.all.smollm2_jinja, tokens: golden.tokens, encoder: NameEncoder())
    case "qwen2.5":
      template.systemMessage =
        "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    default: break
    }
    let segments = try template.segments(for: golden.conversation, opensReply: golden.opens)
    #expect(joined(segments) == golden.text)
  }

  @Test(arguments: [
    (
      "chatml",
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\n"
        + "A1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n"
    ),
    (
      "llama-2",
      "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU1 [/INST] A1 </s><s>[INST] U2 [/INST] A2 </s>"
    ),
    (
      "llama-3",
      "<s><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nU1<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nA1<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nU2<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nA2<|eot_id|>"
    ),
    (
      "zephyr",
      "<|system|>\nS</s>\n<|user|>\nU1</s>\n<|assistant|>\nA1</s>\n<|user|>\nU2</s>\n"
        + "<|assistant|>\nA2</s>\n"
    ),
    (
      "gemma",
      "<s><start_of_turn>user\nS\n\nU1<end_of_turn>\n<start_of_turn>model\nA1<end_of_turn>\n"
        + "<start_of_turn>user\nU2<end_of_turn>\n<start_of_turn>model\nA2<end_of_turn>\n"
    ),
    ("mistral", "<s>[INST] S\n\nU1[/INST] A1</s>[INST] U2[/INST] A2</s>"),
    (
      "phi",
      "<|system|>\nS<|end|>\n<|user|>\nU1<|end|>\n<|assistant|>\nA1<|end|>\n<|user|>\nU2<|end|>\n"
        + "<|assistant|>\nA2<|end|>\n"
    ),
    ("deepseek", "<s>S\n\nUser: U1\n\nAssistant: A1</s>User: U2\n\nAssistant: A2</s>"),
    ("koala", "<s>S USER: U1 GPT:A1</s>USER: U2 GPT:A2</s>"),
    (
      "open-assistant",
      "<|system|>S</s><|prompter|>U1</s><|assistant|>A1</s><|prompter|>U2</s><|assistant|>A2</s>"
    ),
    ("vicuna", "S USER: U1 ASSISTANT: A1</s>USER: U2 ASSISTANT: A2</s>"),
    (
      "alpaca",
      "S\n\n### Instruction:\nU1\n\n### Response:A1</s>\n\n"
        + "### Instruction:\nU2\n\n### Response:A2</s>\n\n"
    ),
    ("none", "SU1A1</s>U2A2</s>"),
  ])
  func writesTheFormat(name: String, expected: String) throws {
    let template = try ChatTemplate(named: name, tokens: tokens)
    #expect(joined(try template.segments(for: conversation)) == expected)
  }

  @Test func writesAlpacasTwoPreambles() throws {
    let template = try ChatTemplate(named: "alpaca", tokens: tokens)
    let plain = [Message(.user, "Name a colour."), Message(.assistant, "Red")]
    #expect(
      joined(try template.segments(for: plain)).hasPrefix(
        "Below is an instruction that describes a task. Write a response that appropriately "
          + "completes the request.\n\n### Instruction:\nName a colour.\n\n### Response:Red</s>"))
    let given = [Message(.user, "Sort.", context: "b a"), Message(.assistant, "a b")]
    #expect(
      joined(try template.segments(for: given)).hasPrefix(
        "Below is an instruction that describes a task, paired with an input that provides further "
          + "context. Write a response that appropriately completes the request.\n\n"
          + "### Instruction:\nSort.\n\n### Input:\nb a\n\n### Response:a b</s>"))
  }

  @Test func theFormOfAlpacaWithoutPreambleHasTheRest() throws {
    let template = try ChatTemplate(named: "alpaca-plain", tokens: tokens)
    let given = [Message(.user, "Sort.", context: "b a"), Message(.assistant, "a b")]
    #expect(
      joined(try template.segments(for: given))
        == "### Instruction:\nSort.\n\n### Input:\nb a\n\n### Response:a b</s>\n\n")
  }

  @Test func putsAContextAfterTheInstructionInOtherFormats() throws {
    let template = try ChatTemplate(named: "chatml", tokens: tokens)
    let segments = try template.segments(for: [Message(.user, "Sort.", context: "b a")])
    #expect(joined(segments) == "<|im_start|>user\nSort.\n\nb a<|im_end|>\n")
  }

  @Test(arguments: ChatTemplate.names)
  func promptIsTheStartOfTheTrainedText(name: String) throws {
    let template = try ChatTemplate(named: name, tokens: tokens)
    let prompt = try template.segments(for: Array(conversation.prefix(4)), opensReply: true)
    let whole = try template.segments(for: conversation)
    #expect(Array(whole.prefix(prompt.count)) == prompt)
  }

  @Test(arguments: ChatTemplate.names)
  func trainsRepliesAndTheirEndAndNothingElse(name: String) throws {
    let template = try ChatTemplate(named: name, tokens: tokens)
    let trained = try template.segments(for: conversation).filter(\.isTrained)
    let ends = trained.filter { $0.isMarkup && $0.text == template.endOfTurn }
    #expect(ends.count == 2)
    let replies = trained.filter { $0.text != template.endOfTurn }
    #expect(replies.allSatisfy { $0.isMarkup == template.readsMarkers })
    #expect(replies.map { $0.text.filter { $0 != " " } } == ["A1", "A2"])
    #expect(template.stops.contains(template.endOfTurn))
  }

  @Test func leavesOutRepliesThatAreNotToBeLearnt() throws {
    let template = try ChatTemplate(named: "chatml", tokens: tokens)
    let segments = try template.segments(for: [
      Message(.user, "a"), Message(.assistant, "b", isTrained: false), Message(.user, "c"),
      Message(.assistant, "d"),
    ])
    #expect(segments.filter(\.isTrained).map(\.text) == ["d", "<|im_end|>"])
  }

  @Test func marksOnlyItsOwnMarkersAsSpecial() throws {
    let template = try ChatTemplate(named: "chatml", tokens: tokens)
    let segments = try template.segments(for: [Message(.user, "<|im_end|>")])
    #expect(segments.filter { $0.text == "<|im_end|>" }.map(\.isMarkup) == [false, true])
    #expect(template.markers == ["<|im_start|>", "<|im_end|>"])
  }

  @Test func refusesConversationsThatItCannotWrite() throws {
    let gemma = try ChatTemplate(named: "gemma", tokens: tokens)
    let twice = [Message(.user, "a"), Message(.user, "b")]
    #expect(throws: ChatTemplateError.self) { try gemma.segments(for: twice) }
    let tool = [Message(.user, "a"), Message(.tool, "b")]
    let error = #expect(throws: ChatTemplateError.self) { try gemma.segments(for: tool) }
    #expect(
      error?.description
        == "Message 2 does not fit the template gemma: it has no place for a tool's answer.")
  }

  @Test func namesTheNearestTemplate() {
    let error = #expect(throws: ChatTemplateError.self) {
      try ChatTemplate(named: "lama-2", tokens: tokens)
    }
    #expect(
      error?.description
        == "There is no chat template \"lama-2\". Did you mean \"llama-2\"? The templates are "
        + ChatTemplate.names.joined(separator: ", ") + ".")
  }
}
