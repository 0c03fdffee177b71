import Foundation
import Tokenizers

import Training

/// One token a byte. The marker names of ChatML are tokens 300 and 301 where special tokens are
/// parsed, and 300 begins every text if the model wants that.
struct ByteEncoder: TextEncoder {
  static let start: Int32 = 300
  static let end: Int32 = 301

  private static let names = ["<|im_start|>": start, "<|im_end|>": end]

  func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32]) {
    var rest = text.utf8[...]
    while let byte = rest.first {
      let name = Self.names.first { parseSpecial && rest.starts(with: $0.key.utf8) }
      tokens.append(name?.value ?? Int32(byte))
      rest = rest.dropFirst(name?.key.utf8.count ?? 1)
    }
  }

  func specialNames(in text: String) -> [String] {
    let places = Self.names.keys.compactMap { name in
      text.firstRange(of: name).map { (name, $0.lowerBound) }
    }
    return places.sorted { $0.1 < $1.1 }.map(\.0)
  }
}

let chatML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
  + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"

func modelText(jinja: String? = nil, begin: Int32? = nil) -> ModelText {
  ModelText(
    encoder: ByteEncoder(), begin: begin,
    tokens: ChatTemplate.TextTokens(begin: "<|im_start|>", end: "<|im_end|>"), jinja: jinja)
}

/// A dataset of rows that stand in the test.
func dataset(
  _ text: String, _ options: DatasetOptions = DatasetOptions(template: "none"),
  jinja: String? = nil, begin: Int32? = nil
) throws -> Dataset {
  try Dataset(
    reading: .inline(text), options: options, text: modelText(jinja: jinja, begin: begin))
}

/// The error that reading these rows ends with.
func dataError(
  _ text: String, _ options: DatasetOptions = DatasetOptions(template: "none")
) -> DataError? {
  do {
    _ = try dataset(text, options)
    return nil
  } catch {
    return error as? DataError
  }
}

/// Runs with a file of these bytes in a folder of its own.
func withFile<T>(_ name: String, _ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appending(path: name)
  try Data(bytes).write(to: file)
  return try body(file.path)
}

/// The tokens of a text, each byte one.
func bytes(_ text: String) -> [Int32] { text.utf8.map { Int32($0) } }

/// The trained tokens of an example, as text; the end token is `$`.
func trainedText(_ example: TokenizedExample) -> String {
  let tokens = zip(example.tokens, example.trained).filter(\.1).map(\.0)
  let visible = tokens.map { $0 == ByteEncoder.end ? UInt8(ascii: "$") : UInt8(clamping: $0) }
  return String(decoding: visible, as: UTF8.self)
}

/// Ten short rows for trainings of a tiny model.
func squares() throws -> Dataset {
  try dataset(
    (0..<10).map { "{\"prompt\": \"note \($0)\", \"completion\": \" is \($0 * $0)\"}" }
      .joined(separator: "\n"))
}

extension Dataset {
  /// All examples, as their rows have them; fewer where a row cannot be read again.
  var examples: [Example] { tokenized.indices.compactMap { try? example(at: $0) } }
}
