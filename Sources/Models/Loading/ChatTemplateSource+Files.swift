import Checkpoints
import Files
import Glibc
import Tensors
import Tokenizers

extension ChatTemplateSource {
  /// A folder's template, in transformers' order: `chat_template.jinja`, with those of
  /// `additional_chat_templates`, else the key `chat_template` of `tokenizer_config.json`, which is a template or
  /// a list of named ones. Of the names two mean something: `default`, and `tool_use`, which writes conversations
  /// that offer tools.
  package init?(folder: String) throws(FileError) {
    let file = folder + "/chat_template.jinja"
    let others = folder + "/additional_chat_templates"
    if Paths.exists(file) {
      let tools = "\(others)/\(Self.toolUse).jinja"
      self = .jinja(try Self.text(file), tools: Paths.exists(tools) ? try Self.text(tools) : nil)
      return
    }
    if Paths.exists(others) {
      self = .unusable("only chat_template.jinja can be the default, and it is missing")
      return
    }
    let settings = folder + "/tokenizer_config.json"
    switch try TokenizerSettings.object(settings)?["chat_template"] ?? .null {
    case .null: return nil
    case .string(let text): self = .jinja(text)
    case .array(let entries):
      var templates: [String: String] = [:]
      for entry in entries {
        guard let name = entry["name"]?.string, let text = entry["template"]?.string else {
          throw Self.malformed(settings)
        }
        templates[name] = text
      }
      self.init(named: templates)
    case .object(let object):
      var templates: [String: String] = [:]
      for member in object.members {
        guard let text = member.value.string else { throw Self.malformed(settings) }
        templates[member.key] = text
      }
      self.init(named: templates)
    default: throw Self.malformed(settings)
    }
  }

  private static func text(_ file: String) throws(FileError) -> String {
    if let text = String(validating: try MappedFile(path: file).contents(), as: UTF8.self) {
      return text
    }
    throw FileError(.malformed, file: file, cause: "it is not UTF-8", fix: "save it as UTF-8")
  }

  /// The template in a GGUF file, or the reason why none of several is the model's own.
  package init?(gguf metadata: GGUFMetadata) throws(FileError) {
    let key = "tokenizer.chat_template"
    if let text = try metadata.textIfPresent(key) {
      self = .jinja(text, tools: try metadata.textIfPresent("\(key).\(Self.toolUse)"))
      return
    }
    let names = metadata.keys.filter { $0.hasPrefix(key + ".") }.map {
      String($0.dropFirst(key.utf8.count + 1))
    }
    if names.isEmpty { return nil }
    self = .unusable(Self.withoutDefault(names))
  }

  private init(named templates: [String: String]) {
    self =
      templates["default"].map { .jinja($0, tools: templates[Self.toolUse]) }
      ?? .unusable(Self.withoutDefault(templates.keys.sorted()))
  }

  private static func withoutDefault(_ names: [String]) -> String {
    "there are several (\(names.joined(separator: ", "))) and none is the default"
  }

  private static func malformed(_ file: String) -> FileError {
    FileError(
      .malformed, file: file,
      cause: "chat_template is neither a template nor a list of templates with names",
      fix: "take the file from the model's own folder")
  }
}
