import Testing

import Tokenizers

@Suite struct ChatTemplateJinjaTests {
  let tokens = ChatTemplate.TextTokens()

  @Test func readsSmolLM2sFormatAndSystemMessage() throws {
    let template = try ChatTemplate(jinja: ChatGoldens.all.smollm2_jinja, tokens: tokens)
    #expect(template.name == "chatml")
    #expect(
      template.systemMessage
        == "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
    #expect(template.endOfTurn == "<|im_end|>")
  }

  @Test(arguments: [
    (
      "{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' }}"
        + "{{ '<|im_start|>assistant\n' }}", "chatml"
    ),
    (
      "{{'<|start_header_id|>' + role + '<|end_header_id|>\\n\\n' + text + '<|eot_id|>'}}",
      "llama-3"
    ),
    ("{{ '<start_of_turn>' + role + '\n' }}model{{ '<end_of_turn>\n' }}", "gemma"),
    ("{{ '<<SYS>>\\n' + s + '\\n<</SYS>>\\n\\n' }}{{ '[INST] ' + c + ' [/INST]' }}", "llama-2"),
    (
      "{{ '<|user|>\\n' + c + eos_token }}{{ '<|system|>\\n' + c + eos_token }}{{ '<|assistant|>' }}",
      "zephyr"
    ),
  ])
  func recognisesTheFormat(source: String, name: String) throws {
    let template = try ChatTemplate(jinja: source, tokens: tokens)
    #expect(template.name == name)
    #expect(template.systemMessage == nil)
  }

  @Test(arguments: [
    ("{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}", "no known format"),
    ("", "no known format"),
    ("{{ '[INST] ' + m['content'] + ' [/INST]' }}", "no known format"),
    (
      "<|start_header_id|><|end_header_id|><|eot_id|>{{ strftime_now('%d %b %Y') }}",
      "writes today's date"
    ),
    ("<|im_start|><|im_end|><|im_start|>assistant\\n<think>", "thoughts"),
  ])
  func refusesOthersByReason(source: String, reason: String) {
    let error = #expect(throws: ChatTemplateError.self) {
      try ChatTemplate(jinja: source, tokens: tokens)
    }
    #expect(error?.description.contains(reason) == true)
    #expect(error?.description.contains("template: chatml") == true)
  }
}
