import Testing
import Tokenizers

import Training

/// Rows that a model's own template writes otherwise than they stand there.
@Suite struct OwnTemplateRowTests {
  /// A template with turns of users and of the model, which writes this of a reply.
  private func template(reply: String = "m.content") -> String {
    "{% for m in messages %}{% if m.role == 'user' %}<|im_start|>U{{ m.content }}<|im_end|>"
      + "{% elif m.role == 'assistant' %}<|im_start|>A{{ \(reply) }}<|im_end|>{% endif %}{% endfor %}"
      + "{% if add_generation_prompt %}<|im_start|>A{% endif %}"
  }

  private func row(_ turns: (role: String, content: String)...) -> String {
    let written = turns.map { "{\"role\": \"\($0.role)\", \"content\": \"\($0.content)\"}" }
    return "{\"messages\": [\(written.joined(separator: ", "))]}"
  }

  private func rejection(_ row: String, jinja: String) -> String? {
    do {
      _ = try dataset(row, DatasetOptions(), jinja: jinja)
      return nil
    } catch {
      return (error as? DataError)?.reason
        .replacing("none of the 1 rows can be used; this one: ", with: "")
    }
  }

  @Test(arguments: ["12", "30"])
  func `a text that is left out is missed, whether or not another message says it`(text: String) {
    let turns = row(
      ("user", "temperature?"), ("assistant", "I look."), ("tool", text),
      ("assistant", "It is 12 degrees."))
    #expect(
      rejection(turns, jinja: template())
        == "message 3 has text that the model's own template leaves out")
    #expect(rejection(row(("user", "a"), ("assistant", "b")), jinja: template()) == nil)
  }

  @Test func `a reply that is not written whole is not learnt`() {
    let cuts = template(reply: "m.content.split('</think>')[-1]")
    let thought = ("assistant", "<think>two and two</think>4")
    #expect(
      rejection(row(("user", "2+2?"), thought), jinja: cuts)
        == "message 2 is a reply that the model's own template does not write whole")
    #expect(
      rejection(row(("user", "2+2?"), thought, ("user", "a"), ("assistant", "b")), jinja: cuts)
        == "message 2 is a reply that the model's own template does not write whole; mask: last "
        + "learns only the last reply of each conversation")
    let spaces = template(reply: "m.content.replace('</think>', '\\n</think>\\n\\n')")
    #expect(rejection(row(("user", "2+2?"), thought), jinja: spaces) == nil)
  }
}
