import Files
import Glibc
import Models
import TestSupport
import Testing
import Tokenizers

/// A copy of the tiny model's folder with changes to its files.
struct ModelFolder {
  let path: String
  static let original = "\(References.tests)/References/tiny-llama/hf"

  init() throws {
    var template = Array("/tmp/tokens-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
      let file = try JSONValue(file: Self.original + "/" + name)
      try AtomicFile.write(file.text(sortedKeys: false), to: path + "/" + name)
    }
    let link = symlink(Self.original + "/model.safetensors", path + "/model.safetensors")
    try #require(link == 0)
  }

  func remove() {
    let names = [
      "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors",
      "chat_template.jinja", "generation_config.json", "special_tokens_map.json",
    ]
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  func write(_ text: String, to name: String) throws {
    try AtomicFile.write(text, to: path + "/" + name)
  }

  /// Changes a file's JSON.
  func change(_ name: String, _ change: (inout JSONObject) -> Void) throws {
    var object = try #require(JSONValue(file: path + "/" + name).object)
    change(&object)
    try write(JSONValue.object(object).text(sortedKeys: false), to: name)
  }
}
