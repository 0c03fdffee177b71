import Checkpoints
import Files
import Glibc
import Models
import TestSupport
import Testing
import Tokenizers

/// The tokenizers of Goldens/make_words.py, and what the libraries make of hard texts with them.
enum WordGoldens {
  static let root = Result { () throws(FileError) in
    try JSONValue(file: "\(References.tests)/TokenizersTests/Goldens/words.json")
  }

  static func entries(_ key: String) -> [JSONValue] {
    (try? root.get())?[key]?.array ?? []
  }

  static func names(_ key: String) -> [String] { entries(key).compactMap { $0["name"]?.string } }

  static func entry(_ key: String, named name: String) throws -> JSONValue {
    try #require(entries(key).first { $0["name"]?.string == name })
  }

  static func texts() throws -> [String] {
    try #require(root.get()["texts"]?.array).compactMap(\.string)
  }

  /// The ids that are expected of each text, without and with looking for markers.
  static func ids(_ entry: JSONValue, _ place: Int, parseSpecial: Bool) -> [Int32]? {
    let parsed = parseSpecial ? entry["parsed"]?["\(place)"] : nil
    return TokenGoldens.ids(parsed ?? entry["plain"]?.array?[place])
  }

  /// Opens the tokenizer of a golden folder, with changes to its files.
  static func folder(
    _ entry: JSONValue, _ change: (inout JSONObject, inout JSONObject) -> Void = { _, _ in }
  ) throws -> Tokenizer {
    var tokenizer = try #require(entry["tokenizer"]?.object)
    var settings = try #require(entry["settings"]?.object)
    var model = try #require(tokenizer["model"]?.object)
    let vocabulary = try root.get()["vocabularies"]?[#require(entry["vocabulary"]?.string)]
    for member in try #require(vocabulary?.object).members { model[member.key] = member.value }
    tokenizer["model"] = .object(model)
    change(&tokenizer, &settings)
    var template = Array("/tmp/words-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    let files: [(String, JSONValue)] = [
      ("tokenizer.json", .object(tokenizer)), ("tokenizer_config.json", .object(settings)),
      ("config.json", ["model_type": "llama"]),
    ]
    defer {
      for (name, _) in files { unlink(folder + "/" + name) }
      rmdir(folder)
    }
    for (name, value) in files {
      try AtomicFile.write(value.text(sortedKeys: false), to: folder + "/" + name)
    }
    return try Tokenizer(huggingFaceFolder: folder)
  }

  /// The metadata of a golden GGUF file, with changes; nil leaves a key out.
  static func metadata(
    _ entry: JSONValue, _ changes: [String: GGUFValue?] = [:]
  ) throws -> GGUFMetadata {
    var values: [String: GGUFValue] = [:]
    for member in try #require(entry["fields"]?.object).members {
      values[member.key] = try value(#require(member.value.array))
    }
    for (key, value) in changes { values[key] = value }
    var metadata = GGUFMetadata(file: "made.gguf")
    for (key, value) in values { _ = metadata.insert(key, value) }
    return metadata
  }

  /// The map of characters in a golden folder's tokenizer.json.
  private static func characters(_ folder: String?) throws -> [UInt8] {
    let file = "\(References.tests)/TokenizersTests/Goldens/\(try #require(folder))/tokenizer.json"
    let steps = try JSONValue(file: file)["normalizer"]?["normalizers"]?.array ?? []
    let map = steps.compactMap { $0["precompiled_charsmap"]?.string }.first
    return try #require(map.flatMap(Base64.decode))
  }

  private static func value(_ pair: [JSONValue]) throws -> GGUFValue {
    let list = pair[1].array ?? []
    switch pair[0].string {
    case "string": return .string(try #require(pair[1].string))
    case "bool": return .bool(pair[1] == true)
    case "uint32": return .uint32(UInt32(try #require(pair[1].int)))
    case "strings": return .strings(ByteStrings(list.compactMap(\.string)))
    case "characters":
      return .numbers(GGUFNumbers(type: .uint8, bytes: try characters(pair[1].string)))
    case "int32s": return .numbers(GGUFNumbers(int32: list.compactMap { $0.int.map(Int32.init) }))
    default: return .numbers(GGUFNumbers(float32: list.compactMap { $0.double.map(Float.init) }))
    }
  }
}

@Suite struct WordTests {
  private func check(_ tokenizer: Tokenizer, _ entry: JSONValue) throws {
    let texts = try WordGoldens.texts()
    try #require(texts.count > 150)
    for (place, text) in texts.enumerated() {
      for parseSpecial in [false, true] {
        let expected = try #require(
          WordGoldens.ids(entry, place, parseSpecial: parseSpecial))
        // llama.cpp ends a text at NUL.
        let text = entry["fields"] == nil ? text : text.filter { $0 != "\0" }
        let ids = tokenizer.encode(text, parseSpecial: parseSpecial)
        #expect(ids == expected, "\(text.debugDescription)")
      }
    }
  }

  @Test(arguments: WordGoldens.names("folders"))
  func `a tokenizer json gives the ids of the library`(name: String) throws {
    let entry = try WordGoldens.entry("folders", named: name)
    try check(WordGoldens.folder(entry), entry)
  }

  @Test(arguments: WordGoldens.names("files"))
  func `a GGUF file gives the ids of llama cpp`(name: String) throws {
    let entry = try WordGoldens.entry("files", named: name)
    let metadata = try WordGoldens.metadata(entry)
    try check(Tokenizer.reading(gguf: metadata, file: "made.gguf"), entry)
  }

  @Test(arguments: WordGoldens.names("folders"))
  func `decoding gives the text of the library, at once and in a stream`(name: String) throws {
    let entry = try WordGoldens.entry("folders", named: name)
    let tokenizer = try WordGoldens.folder(entry)
    for (place, text) in try WordGoldens.texts().enumerated() {
      let ids = try #require(WordGoldens.ids(entry, place, parseSpecial: false))
      let decoded = tokenizer.decode(ids)
      // A text that is not given decodes to itself, or has bytes that are no character.
      let expected = entry["decoded"]?["\(place)"]?.string ?? text
      if !decoded.unicodeScalars.contains("\u{FFFD}") {
        #expect(Array(decoded.utf8) == Array(expected.utf8), "\(text.debugDescription)")
      }
      var decoder = StreamingDecoder(tokenizer, skipsSpecial: false)
      var streamed = ids.map { decoder.append($0) }.joined()
      streamed += decoder.finish()
      #expect(Array(streamed.utf8) == Array(decoded.utf8))
    }
  }

  @Test func `there are goldens of every kind`() {
    #expect(WordGoldens.names("folders").count >= 41)
    #expect(WordGoldens.names("files").count >= 8)
  }
}
