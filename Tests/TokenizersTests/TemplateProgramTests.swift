import Files
import Foundation
import Testing

import Tokenizers

/// Templates of our own and what transformers makes of them; see Goldens/make_own_templates.py.
@Suite struct TemplateProgramTests {
  private struct Goldens {
    let templates: [String: String]
    let cases: [JSONValue]

    init() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Goldens/own_templates.json")
      let root = try JSONValue(file: file.path)
      templates = Dictionary(
        uniqueKeysWithValues: (root["templates"]?.object?.members ?? []).map {
          ($0.key, $0.value.string ?? "")
        })
      cases = root["cases"]?.array ?? []
    }
  }

  private func template(_ source: String) throws -> ChatTemplate {
    try ChatTemplate(jinja: source, tokens: ChatTemplate.TextTokens(), encoder: NameEncoder())
  }

  private func messages(_ golden: JSONValue) throws -> [Message] {
    var messages = try (golden["messages"]?.array ?? []).map { turn in
      let role = try #require(turn["role"]?.string.flatMap { Message.Role(rawValue: $0) })
      let parts = turn["content"]?.array?.compactMap { $0["text"]?.string }.joined()
      var message = Message(role, parts ?? turn["content"]?.string ?? "")
      if turn.object?.members.count != 2 || parts != nil { message.turn = turn.object }
      return message
    }
    messages[0].tools = golden["tools"]?.array ?? []
    return messages
  }

  private func unmarked(_ source: String) -> String {
    source.replacing("{% generation %}", with: "").replacing("{% endgeneration %}", with: "")
  }

  private func text(_ segments: [Segment]) -> String { segments.map(\.text).joined() }

  /// The stretches that are learnt.
  private func learnt(_ segments: [Segment]) -> [String] {
    segments.filter(\.isTrained).map(\.text)
  }

  @Test func `a template is run as in transformers, and what it marks is learnt`() throws {
    let goldens = try Goldens()
    #expect(goldens.cases.count > 20)
    for golden in goldens.cases {
      let source = try #require(goldens.templates[golden["name"]?.string ?? ""])
      let template = try template(source)
      #expect(template.name == "own")
      let messages = try messages(golden)
      let segments = try template.segments(for: messages)
      #expect(text(segments) == golden["text"]?.string)
      #expect(learnt(segments) == golden["learnt"]?.array?.compactMap(\.string))
      let prompt = try template.segments(for: messages, opensReply: true)
      #expect(text(prompt) == golden["prompt"]?.string)
    }
  }

  @Test func `without marks the same is found by rendering with and without each reply`() throws {
    let goldens = try Goldens()
    for golden in goldens.cases {
      let source = try #require(goldens.templates[golden["name"]?.string ?? ""])
      let template = try template(unmarked(source))
      var messages = try messages(golden)
      if golden["name"]?.string == "last_thought" {
        let last = messages.lastIndex { $0.isTrained } ?? 0
        for index in messages[..<last].indices { messages[index].isTrained = false }
      }
      let segments = try template.segments(for: messages)
      #expect(text(segments) == golden["text"]?.string)
      #expect(learnt(segments) == golden["learnt"]?.array?.compactMap(\.string), "\(golden)")
    }
  }

  @Test func `a reply that is written otherwise once something follows is refused by name`() throws
  {
    let source = unmarked(try #require(try Goldens().templates["last_thought"]))
    let messages = [
      Message(.user, "a"), Message(.assistant, "b"), Message(.user, "c"), Message(.assistant, "d"),
    ]
    let error = #expect(throws: ChatTemplateError.self) {
      try template(source).segments(for: messages)
    }
    #expect(
      "\(try #require(error))"
        == "Message 2 does not fit the model's own template: the template writes this reply in another way "
        + "once something follows it; mask: last learns only the last reply of each conversation.")
  }

  @Test func `what a template writes after the end of a turn is not learnt`() throws {
    let source = unmarked(try #require(try Goldens().templates["turns"]))
    let always = source.replacing("{% if add_generation_prompt %}", with: "{% if true %}")
    let segments = try template(always).segments(for: [
      Message(.user, "a"), Message(.assistant, "b"),
    ])
    #expect(text(segments).hasSuffix("b<|im_end|>\n<|im_start|>bot\n"))
    #expect(learnt(segments) == ["b<|im_end|>"])
  }

  @Test func `a reply begins after the questions, though the prompt for it says more`() throws {
    let segments = try template(
      "<s>{% for m in messages %}{% if m.role == 'user' %}[{{ 'Be brief. ' if loop.last }}{{ m.content }}]"
        + "{% else %}{{ m.content }}</s>{% endif %}{% endfor %}"
    ).segments(for: [Message(.user, "Be brief. 2+2?"), Message(.assistant, "4")])
    #expect(learnt(segments) == ["4</s>"])
  }

  @Test func `a token that ends the conversation is learnt behind the last reply`() throws {
    let source =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
      + "{{ '<|im_start|>assistant\n' if add_generation_prompt else '</s>' }}"
    let messages = [
      Message(.user, "a"), Message(.assistant, "b"), Message(.user, "c"), Message(.assistant, "d"),
    ]
    #expect(
      learnt(try template(source).segments(for: messages)) == ["b<|im_end|>", "d<|im_end|>\n</s>"])
  }

  @Test func `of replies that are marked, only those that are to be learnt are`() throws {
    let template = try template(try #require(try Goldens().templates["turns"]))
    let messages = [
      Message(.user, "a"), Message(.assistant, "b", isTrained: false), Message(.user, "c"),
      Message(.assistant, "d"),
    ]
    #expect(learnt(try template.segments(for: messages)) == ["d<|im_end|>"])
  }

  @Test func `names of special tokens in what people wrote stay text`() throws {
    let template = try template(try #require(try Goldens().templates["turns"]))
    let messages = [Message(.user, "x<|im_end|>y"), Message(.assistant, "<s>")]
    let segments = try template.segments(for: messages)
    #expect(
      text(segments)
        == "<s><|im_start|>user\nx<|im_end|>y<|im_end|>\n<|im_start|>bot\n<s><|im_end|>\n")
    let marked = NameEncoder().encode(segments)
    // The template's own: begin, two starts and two ends.
    #expect(marked.tokens.count { $0 >= 300 } == 5)
    #expect(marked.tokens.filter { $0 == 301 }.count == 2)
    #expect(marked.trained.count { $0 } == "<s>".utf8.count + 1)
  }

  @Test func `a template that looks for the name of a token refuses a text with it`() throws {
    let source =
      "{% for m in messages %}<|im_start|>{{ m.role[:1] }}|{{ m.content.split('<|im_end|>')[0] }}"
      + "<|im_end|>{% endfor %}"
    let error = #expect(throws: ChatTemplateError.self) {
      try template(source).segments(for: [
        Message(.user, "a"), Message(.assistant, "b<|im_end|>c"),
      ])
    }
    #expect("\(try #require(error))".contains("which the template looks for"))
  }

  @Test func `today's date is written only where it was given`() throws {
    let source = try #require(try Goldens().templates["turns"])
    var dated = try template("{{ strftime_now('%d %b %Y') }} " + source)
    let messages = [Message(.user, "a"), Message(.assistant, "b")]
    let error = #expect(throws: ChatTemplateError.self) { try dated.segments(for: messages) }
    #expect("\(try #require(error))".contains("date: \"2026-11-26\""))
    dated.date = try TemplateDate("2026-02-03")
    #expect(text(try dated.segments(for: messages)).hasPrefix("03 Feb 2026 <s>"))
  }

  @Test(arguments: [
    "{% if %}", "{{ raise_exception('never') }}", "x", "{{ messages[0].content }}",
    "{% for i in range(999999999) %}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
  ])
  func `a template that cannot be run is refused when the model is loaded`(source: String) throws {
    #expect(throws: ChatTemplateError.self) { try template(source) }
  }

  @Test func `a token across the border of a reply is learnt`() {
    let marked = PairEncoder().encode([
      Segment("abc", isRun: true), Segment("def", isTrained: true, isRun: true),
      Segment("gh", isRun: true),
    ])
    #expect(marked.tokens == [Int32]([0, 1, 2, 3]).map { 256 + $0 })
    #expect(marked.trained == [false, true, true, false])
  }
}

/// One token for each two letters, by the place of the pair.
private struct PairEncoder: TextEncoder {
  func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32]) {
    let letters = Array(text.utf8)
    for start in stride(from: 0, to: letters.count, by: 2) {
      tokens.append(
        start + 1 < letters.count ? 256 + Int32(letters[start] - 97) / 2 : Int32(letters[start]))
    }
  }

  func specialNames(in text: String) -> [String] { [] }
}

@Suite struct TemplateDateTests {
  @Test(arguments: [
    ("%d %b %Y", "03 Feb 2026"), ("%B %-d, %y", "February 3, 26"),
    ("%A %a %j %w %u", "Tuesday Tue 034 2 2"),
    ("%F %D %e%%", "2026-02-03 02/03/26  3%"), ("%H:%M:%S %I %p", "14:05:06 02 PM"),
    ("%T %R", "14:05:06 14:05"),
  ])
  func `writes as strftime does`(format: String, expected: String) throws {
    let source = "{{ strftime_now('\(format)') }}"
    let date = try TemplateDate("2026-02-03 14:05:06")
    #expect(try JinjaTemplate(source).rendering(of: [], date: date).text == expected)
  }

  @Test(arguments: [
    "", "today", "2026-13-01", "2026-02-30", "2026-2-3", "2025-02-29", "2026-02-03 25:00:00",
    "2026-02-03T1:2:3",
    "٢٠٢٦-01-01", "2026-02-03 ", "-026-02-03",
  ])
  func `what is no date is refused`(text: String) {
    #expect(throws: TemplateDateError.self) { try TemplateDate(text) }
  }

  @Test func `a day has no hours`() throws {
    #expect(throws: JinjaError.self) {
      try JinjaTemplate("{{ strftime_now('%H') }}").rendering(
        of: [], date: try TemplateDate("2026-02-03"))
    }
  }
}
