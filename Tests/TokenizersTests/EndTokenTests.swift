import Checkpoints
import Files
import Foundation
import Models
import Testing
import Tokenizers

@Suite struct EndTokenTests {
  @Test func `every end token of the model's files ends a reply`() throws {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.change("config.json") { $0["eos_token_id"] = [5, 6] }
    try folder.write("{\"eos_token_id\": 7}", to: "generation_config.json")
    let model = try LoadedModel(path: folder.path)
    #expect(model.stopTokens(of: nil).isSuperset(of: [2, 5, 6, 7]))
  }

  @Test(arguments: ["\"2\"", "1.5", "true", "-1", "100000", "[2, \"x\"]", "{}"])
  func `an end token that is none is refused`(value: String) throws {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.write("{\"eos_token_id\": \(value)}", to: "generation_config.json")
    let error = #expect(throws: FileError.self) { try LoadedModel(path: folder.path) }
    #expect(error?.cause.contains("eos_token_id") == true)
    #expect(error?.file.hasSuffix("generation_config.json") == true)
  }

  @Test func `the turn and message ends of a GGUF file end a reply`() throws {
    let tokenizer = try Tokenizer.reading(
      gguf: GGUFTokenizerTests.metadata([
        "tokenizer.ggml.eos_token_id": .uint32(2), "tokenizer.ggml.eot_token_id": .uint32(3),
        "tokenizer.ggml.eom_token_id": .uint32(4),
      ]), file: "made.gguf")
    #expect(tokenizer.specialTokens.endsOfReply == [2, 3, 4])
  }
}

/// Where a model's own template is found, in the order of transformers.
@Suite struct ChatTemplateFileTests {
  private func template(
    file: String?, settings: JSONValue?
  ) throws -> Result<ChatTemplate, ChatTemplateError>? {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.change("tokenizer_config.json") { $0["chat_template"] = settings }
    if let file { try folder.write(file, to: "chat_template.jinja") }
    return try LoadedModel(path: folder.path).text.ownTemplate
  }

  @Test func `the file comes before the settings`() throws {
    let settings = try JSONValue(file: ModelFolder.original + "/tokenizer_config.json")
    let chatML = settings["chat_template"]
    #expect(try template(file: nil, settings: chatML)?.get().name == "chatml")
    #expect(throws: ChatTemplateError.self) {
      try template(file: "unknown", settings: chatML)?.get()
    }
  }

  @Test func `a list of named templates has its default`() throws {
    let settings = try JSONValue(file: ModelFolder.original + "/tokenizer_config.json")
    let chatML = settings["chat_template"] ?? .null
    let list: JSONValue = [
      ["name": "tool_use", "template": "x"], ["name": "default", "template": chatML],
    ]
    #expect(try template(file: nil, settings: list)?.get().name == "chatml")
    let error = #expect(throws: ChatTemplateError.self) {
      try template(file: nil, settings: [["name": "tool_use", "template": chatML]])?.get()
    }
    #expect(error?.description.contains("none is the default") == true)
    #expect(try template(file: nil, settings: nil) == nil)
  }

  /// As transformers does: the list's, and that of the folder beside the file.
  @Test func `tool_use writes conversations that offer tools, and no others`() throws {
    func template(_ name: String) -> String {
      "\(name){% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}{% for t in tools or [] %}"
        + "{{ t.function.name }}{% endfor %}"
    }
    let list: JSONValue = [
      ["name": "default", "template": .string(template("D"))],
      ["name": "tool_use", "template": .string(template("T"))],
    ]
    let folder = try ModelFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try folder.change("tokenizer_config.json") { $0["chat_template"] = list }
    let source = try #require(try ChatTemplateSource(folder: folder.path))
    #expect(source == .jinja(template("D"), tools: template("T")))
    let named = GGUFTokenizerTests.metadata([
      "tokenizer.chat_template": .string(template("D")),
      "tokenizer.chat_template.tool_use": .string(template("T")),
    ])
    #expect(try ChatTemplateSource(gguf: named) == source)
    try folder.write(template("D"), to: "chat_template.jinja")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/additional_chat_templates", withIntermediateDirectories: true)
    try folder.write(template("T"), to: "additional_chat_templates/tool_use.jinja")
    #expect(try ChatTemplateSource(folder: folder.path) == source)
    let own = try #require(try LoadedModel(path: folder.path).text.ownTemplate).get()
    var messages = [Message(.user, "a"), Message(.assistant, "b")]
    #expect(try own.segments(for: messages).map(\.text).joined() == "Da<|im_end|>b<|im_end|>")
    messages[0].tools = [["type": "function", "function": ["name": "f"]]]
    #expect(try own.segments(for: messages).map(\.text).joined() == "Ta<|im_end|>b<|im_end|>f")
  }

  @Test func `a GGUF file with named templates only has none that is its own`() throws {
    let named = GGUFTokenizerTests.metadata(["tokenizer.chat_template.tool_use": .string("x")])
    guard case .unusable(let reason)? = try ChatTemplateSource(gguf: named) else {
      Issue.record("a named template was taken")
      return
    }
    #expect(reason.contains("tool_use"))
    #expect(try ChatTemplateSource(gguf: GGUFTokenizerTests.metadata()) == nil)
  }
}
