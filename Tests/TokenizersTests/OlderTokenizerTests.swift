import Files
import Models
import TestSupport
import Testing
import Tokenizers

/// Folders whose tokenizer stands in other files than tokenizer.json, or of which the settings add
/// tokens, against the ids that transformers gives (Goldens/make_older.py).
@Suite struct OlderTokenizerTests {
  private static let goldens = "\(References.tests)/TokenizersTests/Goldens"
  static let names = ((try? TokenGoldens.cases("older.json")) ?? []).compactMap {
    $0["name"]?.string
  }

  private func write(_ value: JSONValue, _ name: String, to folder: TemporaryFolder) {
    folder.write(value.text(sortedKeys: false), as: name)
  }

  /// The folder that make_older.py made of a case.
  private func folder(_ golden: JSONValue) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    write(["model_type": golden["type"] ?? .null, "vocab_size": 1024], "config.json", to: folder)
    let path = References.path("tiny-llama/hf/tokenizer.json")
    var tokenizer = try #require(JSONValue(file: path).object)
    if let model = golden["model"]?.string {
      let bytes = try MappedFile.contents(of: "\(Self.goldens)/older/\(model).model")
      folder.write(bytes, as: "tokenizer.model")
    } else if let changes = golden["tokenizer"]?.object {
      for member in changes.members { tokenizer[member.key] = member.value }
      write(.object(tokenizer), "tokenizer.json", to: folder)
    } else {
      var vocabulary = try #require(tokenizer["model"]?["vocab"]?.object)
      for text in golden["extra"]?.array ?? [] {
        vocabulary[text.string ?? ""] = .int(vocabulary.members.count)
      }
      write(.object(vocabulary), "vocab.json", to: folder)
      let merges = (tokenizer["model"]?["merges"]?.array ?? []).map { merge in
        merge.string ?? (merge.array ?? []).compactMap(\.string).joined(separator: " ")
      }
      folder.write("#version: 0.2\n" + merges.joined(separator: "\n") + "\n", as: "merges.txt")
    }
    let others = [
      ("settings", "tokenizer_config.json"), ("map", "special_tokens_map.json"),
      ("added", "added_tokens.json"),
    ]
    for (key, name) in others { if let value = golden[key] { write(value, name, to: folder) } }
    return folder
  }

  private func golden(_ name: String) throws -> JSONValue {
    try #require(try TokenGoldens.cases("older.json").first { $0["name"]?.string == name })
  }

  @Test(arguments: names)
  func `ids are those of transformers`(name: String) throws {
    let golden = try golden(name)
    let folder = try folder(golden)
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    let file = try JSONValue(file: Self.goldens + "/older.json")
    let texts = try #require(file["texts"]?.array).compactMap(\.string)
    let opening = tokenizer.specialTokens.opening.map { [$0] } ?? []
    for (place, text) in texts.enumerated() {
      let expected = try #require(TokenGoldens.ids(golden["ids"]?.array?[place]))
      let found = opening + tokenizer.encode(text, parseSpecial: true)
      #expect(found == expected, "\(text.debugDescription)")
    }
    #expect(tokenizer.specialTokens.endOfSequence.map { Int($0) } == golden["eos"]?.int)
    let first = try #require(TokenGoldens.ids(golden["ids"]?.array?[0]))
    #expect(tokenizer.decode(first, skipSpecial: true) == golden["decoded"]?.string)
  }

  @Test func `there are cases of all kinds`() { #expect(Self.names.count >= 25) }

  @Test func `a line of merges that is none is told by its number`() throws {
    let folder = try folder(golden("gpt2, alone"))
    for line in ["a b c", "ab", ""] {
      folder.write("#version: 0.2\n\u{120} t\n\(line)\nh e\n", as: "merges.txt")
      let error = #expect(throws: FileError.self) {
        try Tokenizer(huggingFaceFolder: folder.path)
      }
      #expect(error?.cause.contains("line 3") == true)
    }
  }

  @Test(arguments: [("phi3", "vocab.json"), ("llama", "vocab.json"), ("gpt2", "tokenizer.model")])
  func `files that the model's class does not read are told from none`(
    type: String, name: String
  ) throws {
    let folder = try folder(golden(name == "vocab.json" ? "gpt2, alone" : "Llama, alone"))
    write(["model_type": .string(type)], "config.json", to: folder)
    let error = #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder.path) }
    #expect(error?.cause.contains(name) == true)
    #expect(error?.fix.contains("save_pretrained") == true)
  }

  @Test func `an end token after every text is refused where only the settings say it`() throws {
    let folder = try folder(golden("gpt2, alone"))
    write(["add_eos_token": true], "tokenizer_config.json", to: folder)
    let error = #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder.path) }
    #expect(error?.cause.contains("add_eos_token") == true)
  }

  @Test func `a hostile model of SentencePiece is refused`() throws {
    let whole = try MappedFile.contents(of: "\(Self.goldens)/older/pairs.model")
    let folder = TemporaryFolder()
    write(["model_type": "llama"], "config.json", to: folder)
    func load(_ bytes: [UInt8]) -> FileError? {
      folder.write(bytes, as: "tokenizer.model")
      do throws(FileError) {
        _ = try Tokenizer(huggingFaceFolder: folder.path)
        return nil
      } catch {
        return error
      }
    }
    // Cut after each byte of the first pieces, then here and there.
    for count in Array(1..<120) + Array(stride(from: 120, to: whole.count, by: 331)) {
      _ = load(Array(whole[..<count]))
    }
    let large: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    for field: [UInt8] in [
      [0x0A] + large, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x08] + large + large, [0x0B], [0x0F],
      [0x0D, 1], [0x09, 1, 2], [0x0A, 2, 0x18, 9], [0x0A, 3, 0x0A, 1, 0xFF], [0x12, 2, 0x18, 77],
    ] {
      let error = load(field)
      #expect(error?.kind == .malformed, "\(field)")
    }
    // A piece that occurs twice, and one whose score is no number.
    let piece: [UInt8] = [0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0xC0, 0x7F]
    let training: [UInt8] = [0x12, 2, 0x18, 2]
    #expect(load(piece + piece + training)?.cause.contains("occurs twice") == true)
    #expect(load(piece + training)?.cause.contains("score") == true)
    // Each of two bytes, and of far more in memory.
    let many = load(Array([[UInt8]](repeating: [0x0A, 0], count: 1 << 21).joined()))
    #expect(many?.cause.contains("more than") == true)
  }
}
