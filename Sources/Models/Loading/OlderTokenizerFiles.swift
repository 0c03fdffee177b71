import Files
import Tokenizers

/// What files from before `tokenizer.json` say beside their vocabulary.
struct OlderTokenizer {
  /// Tokens that are added where the settings list no others.
  var markers: [AddedToken] = []
  /// The texts of roles that the settings do not name.
  var defaults: [(role: String, text: String)] = []
  /// Whether tokens that the settings list are looked for in the text as it is, whatever they say.
  var findsRaw = false
}

/// The files of tokenizers from before `tokenizer.json`, read as the one that transformers 5 makes of them.
enum OlderTokenizerFiles {
  private static let vocabulary = "vocab.json"
  private static let merges = "merges.txt"
  private static let sentencePiece = "tokenizer.model"

  /// What a folder without tokenizer.json has in its place, and what the model's class does with it; nil
  /// where there is nothing.
  static func read(
    in folder: String, _ settings: TokenizerSettings
  ) throws(FileError) -> (file: TokenizerJSON, classPlan: TokenizerPlan?)? {
    let path = folder + "/" + vocabulary
    if Paths.exists(path) {
      let file = try bytePairs(in: folder)
      if let plan = try TokenizerClass.plan(settings, file), plan.isByteLevel {
        return (file, plan)
      }
      throw unread(path)
    }
    let model = folder + "/" + sentencePiece
    if Paths.exists(model) {
      let file = try Self.sentencePiece(model, settings, isOfClass: true)
      guard let plan = try TokenizerClass.plan(settings, file) else {
        return (try Self.sentencePiece(model, settings, isOfClass: false), nil)
      }
      if !plan.isByteLevel { return (file, plan) }
      throw unread(model)
    }
    let others = ["spiece.model", "vocab.txt"].map { folder + "/" + $0 }
    if let found = others.first(where: Paths.exists) { throw unread(found) }
    return nil
  }

  private static func unread(_ path: String) -> FileError {
    let folder = Paths.parent(of: path)
    return FileError(
      .missing, file: folder + "/tokenizer.json",
      cause:
        "there is no such file, only \(Paths.name(of: path)), which is not read for this model",
      fix: "make it with transformers: "
        + "AutoTokenizer.from_pretrained(\"\(folder)\").save_pretrained(\"\(folder)\")")
  }

  /// Byte-level BPE: a vocabulary, and merges in the order of their ranks, one a line.
  private static func bytePairs(in folder: String) throws(FileError) -> TokenizerJSON {
    let path = folder + "/" + vocabulary
    let tokens = try JSONValue(file: path)
    return TokenizerJSON(
      file: path,
      root: [
        "version": "1.0", "added_tokens": [], "normalizer": nil,
        "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true],
        "post_processor": nil,
        "decoder": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true],
        "model": [
          "type": "BPE", "vocab": tokens, "merges": .array(try lines(of: folder + "/" + merges)),
        ],
      ], older: OlderTokenizer())
  }

  /// The merges of a file, without the line that names its version.
  private static func lines(of path: String) throws(FileError) -> [JSONValue] {
    let bytes = try MappedFile.contents(of: path)
    var result: [JSONValue] = []
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (place, line) in lines.enumerated() {
      let text = String(
        validating: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      if text?.hasPrefix("#version") == true { continue }
      guard let text, text.utf8.count(where: { $0 == UInt8(ascii: " ") }) == 1 else {
        throw FileError(
          .malformed, file: path,
          cause: "line \(place + 1) is not two tokens with a space between",
          fix: "take the file from the model's own folder")
      }
      result.append(.string(text))
    }
    return result
  }
}
