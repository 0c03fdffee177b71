import Files
import Foundation
import TestSupport
import Testing

import Tokenizers

/// Templates and what Jinja makes of them; see Goldens/make_jinja.py.
private struct JinjaGoldens {
  let variables: JSONValue
  let cases: [JSONValue]
  let formats: [JSONValue]

  static let all: Result<JinjaGoldens, any Error> = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/jinja.json")
    let root = try JSONValue(file: file.path)
    return JinjaGoldens(
      variables: root["variables"] ?? .null, cases: root["cases"]?.array ?? [],
      formats: root["formats"]?.array ?? [])
  }
}

@Suite struct JinjaTests {
  /// Constructs of Jinja that are refused by name, and nothing else of the goldens may be.
  static let unsupported = ["1e3", "'%s' % 1", "10 ** 2"]

  @Test func `writes what Jinja writes, byte for byte, and refuses where it does`() throws {
    let goldens = try JinjaGoldens.all.get()
    #expect(goldens.cases.count > 300)
    for golden in goldens.cases {
      let source = try #require(golden["template"]?.string)
      let variables = (golden["variables"] ?? goldens.variables).object?.members ?? []
      let text = Result {
        try JinjaTemplate(source).render(variables.map { ($0.key, try JinjaValue($0.value)) })
      }
      switch (text, golden["text"]?.string) {
      case (.success(let text), let expected?):
        #expect(Array(text.utf8) == Array(expected.utf8), "\(source)")
      case (.success(let text), nil): Issue.record("\(source) gives \(text), and Jinja an error")
      case (.failure(let error), let expected):
        #expect(
          expected == nil || Self.unsupported.contains { source.contains($0) },
          "\(source): \(error)")
      }
    }
  }

  @Test func `takes a template for a format only where both write the same`() throws {
    for golden in try JinjaGoldens.all.get().formats {
      let source = try #require(golden["template"]?.string)
      let template = Result {
        try ChatTemplate(
          jinja: source, tokens: ChatTemplate.TextTokens(), encoder: NameEncoder())
      }
      switch template {
      case .success(let template):
        #expect(template.name == golden["name"]?.string ?? "own", "\(source)")
      case .failure(let error):
        #expect(golden["name"]?.string == nil, "\(source)")
        #expect("\(error)".contains("Choose one by name, for example template: "))
      }
    }
  }

  @Test func `finds the default system message and the begin token`() throws {
    let tokens = ChatTemplate.TextTokens()
    let smollm = try ChatTemplate(
      jinja: ChatGoldens.all.smollm2_jinja, tokens: tokens, encoder: NameEncoder())
    #expect(smollm.name == "chatml")
    #expect(
      smollm.systemMessage
        == "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
    #expect(smollm.endOfTurn == "<|im_end|>")
    let begun = try ChatTemplate(
      jinja: "{{ bos_token }}" + ChatGoldens.all.smollm2_jinja, tokens: tokens,
      encoder: NameEncoder())
    let segments = try begun.segments(for: [Message(.user, "Hi")])
    #expect(segments.first == Segment("<s>", isMarkup: true))
  }

  @Test(arguments: [
    "{% set a = 'ab' %}" + String(repeating: "{% set a = a ~ a %}", count: 30) + "{{ a }}",
    "{{ 'a' * 1000000000 }}", "{% for a in range(1000000000) %}{% endfor %}",
    "{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
    "{{ " + String(repeating: "(", count: 100_000) + " }}",
    String(repeating: "{% if x %}", count: 20_000), String(repeating: "{{ 1 }}", count: 3_000_000),
    "{{ 1" + String(repeating: "+1", count: 100_000) + " }}",
    "{{ a" + String(repeating: ".a", count: 100_000) + " }}",
    "{{ 1" + String(repeating: "|string", count: 30_000) + " }}",
    "{{ " + String(repeating: "not ", count: 50_000) + "1 }}",
    "{{ " + String(repeating: "-", count: 50_000) + "1 }}",
    "{{ 1" + String(repeating: " if 1 else 1", count: 10_000) + " }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% set n = namespace(x=[]) %}{% for i in range(90000) %}{% set n.x = [n.x] %}{% endfor %}",
    "{% set n = namespace() %}{% set n.n = n %}", "{% set n = namespace() %}{% set n.f = range %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
    "{{ range(10000) | join('x' * 10000) }}",
    "{% for i in range(1000) %}{{ 'a' * 10000 }}{% endfor %}",
    "{{ range(0, 9223372036854775807, 4611686018427387904) }}{{ 9223372036854775807 + 1 }}",
    "{{ -9223372036854775807 - 2 }}",
  ])
  func `ends a hostile template soon, with a refusal`(source: String) {
    let seconds = ProcessorTime.seconds {
      #expect(throws: JinjaError.self) { try JinjaTemplate(source).render([]) }
    }
    #expect(seconds < 1)
  }

  @Test func `finds the longest part in linear time`() throws {
    let text = try JinjaTemplate("{% set a = 'a' * 900000 %}{{ (a ~ 'b') in (a ~ a ~ a) }}")
      .render([])
    #expect(text == "False")
  }
}
