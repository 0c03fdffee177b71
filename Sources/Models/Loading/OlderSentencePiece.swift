import Checkpoints
import Files
import Tokenizers

/// `tokenizer.model` as the tokenizer.json that transformers 5.24 makes of it (convert_slow_tokenizer.py).
extension OlderTokenizerFiles {
  /// - Parameter isOfClass: whether a class with a pipeline of its own reads it, whose model is BPE with the
  ///   earlier piece first; else what the file says of itself is done, with the higher score first.
  static func sentencePiece(
    _ path: String, _ settings: TokenizerSettings, isOfClass: Bool
  ) throws(FileError) -> TokenizerJSON {
    let file = try SentencePieceFile(path: path)
    let isUnigram = !isOfClass && file.model == .unigram
    guard isOfClass || isUnigram || file.model == .bytePairs else {
      throw FileError(
        .unsupported, file: path,
        cause: "its model is one of \(file.model), which is not supported",
        fix: "use a model with a tokenizer such as those of Llama, Mistral, Gemma, Qwen or SmolLM2")
    }
    let isOwn = { (piece: SentencePieceFile.Piece) in piece.kind == .userDefined }
    let model = try isUnigram ? unigram(file) : bytePairs(file, path, isOfClass: isOfClass)
    var root: JSONObject = [
      "version": "1.0", "added_tokens": [], "normalizer": nil, "pre_tokenizer": nil,
      "post_processor": nil, "decoder": nil, "model": .object(model),
    ]
    if !isOfClass {
      let isLegacy = settings.flag("legacy") ?? true
      let own = file.pieces.filter(isOwn).map(\.text)
      root["normalizer"] = normalizer(file, isLegacy: isLegacy)
      root["pre_tokenizer"] = preTokenizer(file, own, isLegacy: isLegacy)
      root["decoder"] = decoder(file)
    }
    let markers = file.pieces.filter { $0.kind == .control || isOfClass && isOwn($0) }
    let roles = [
      ("bos_token", file.begin, file.beginText), ("eos_token", file.end, file.endText),
      ("unk_token", file.unknown, file.unknownText),
    ]
    return TokenizerJSON(
      file: path, root: .object(root),
      older: OlderTokenizer(
        markers: markers.map { AddedToken($0.text, id: 0, isSpecial: $0.kind == .control) },
        defaults: isOfClass ? [] : roles.filter { $0.1 != nil }.map { (role: $0.0, text: $0.2) },
        findsRaw: !isOfClass && file.prefixesSpace))
  }

  // MARK: Models

  private static func unigram(_ file: SentencePieceFile) -> JSONObject {
    [
      "type": "Unigram", "unk_id": file.unknown.map { .int($0) } ?? .null,
      "byte_fallback": .bool(file.fallsBackToBytes),
      "vocab": .array(
        file.pieces.map { [.string($0.text), .double(Double($0.score))] }),
    ]
  }

  private static func bytePairs(
    _ file: SentencePieceFile, _ path: String, isOfClass: Bool
  ) throws(FileError) -> JSONObject {
    var members: [JSONObject.Member] = []
    var vocabulary = Vocabulary()
    for (id, piece) in file.pieces.enumerated() {
      members.append(JSONObject.Member(key: piece.text, value: .int(id)))
      vocabulary.append(Array(piece.text.utf8), kind: .normal, isFound: true)
    }
    if let place = vocabulary.repeated {
      throw FileError(
        .malformed, file: path,
        cause: "the piece \(ValueTable.shown(.string(file.pieces[Int(place)].text))) occurs twice",
        fix: "take the file from the model's own folder")
    }
    var order = Array(file.pieces.indices)
    if !isOfClass {
      order = order.filter { file.pieces[$0].kind == .normal }
      guard order.allSatisfy({ file.pieces[$0].score.isFinite }) else {
        throw FileError(
          .malformed, file: path, cause: "the score of a piece is no number",
          fix: "take the file from the model's own folder")
      }
      order.sort { (-file.pieces[$0].score, $0) < (-file.pieces[$1].score, $1) }
    }
    let merges = merges(to: order, of: file.pieces.map(\.text), vocabulary)
    let hasOwn = file.pieces.contains { $0.kind == .userDefined }
    return [
      "type": "BPE", "vocab": .object(JSONObject(checked: members)), "merges": .array(merges),
      "unk_token": isOfClass ? .null : .string(file.unknownText), "fuse_unk": true,
      "byte_fallback": .bool(isOfClass || file.fallsBackToBytes),
      "ignore_merges": .bool(!isOfClass && hasOwn),
    ]
  }

  /// The merges that lead to pieces and from pieces, as tokenizer.json has them.
  ///
  /// - Parameters:
  ///   - order: the pieces that merges may lead to, the one that is made first at the beginning.
  ///   - texts: of all pieces, each found in `vocabulary` by its bytes.
  static func merges(
    to order: [Int], of texts: [String], _ vocabulary: Vocabulary
  ) -> [JSONValue] {
    let mergeable = Set(order)
    return order.flatMap { id in
      halves(of: texts[id]) { half in
        vocabulary.id(of: half).map { mergeable.contains(Int($0)) } ?? false
      }
    }
  }

  /// The ways to make a piece of two others, the shortest left one first.
  private static func halves(
    of text: String, areKnown isKnown: (ArraySlice<UInt8>) -> Bool
  ) -> [JSONValue] {
    let bytes = Array(text.utf8)
    return bytes.indices.dropFirst().filter { bytes[$0] & 0xC0 != 0x80 }.compactMap { middle in
      guard isKnown(bytes[..<middle]), isKnown(bytes[middle...]) else { return nil }
      return [
        .string(String(decoding: bytes[..<middle], as: UTF8.self)),
        .string(String(decoding: bytes[middle...], as: UTF8.self)),
      ]
    }
  }

  // MARK: Pipeline

  private static func normalizer(_ file: SentencePieceFile, isLegacy: Bool) -> JSONValue {
    func replace(_ pattern: JSONValue, _ content: String) -> JSONValue {
      ["type": "Replace", "pattern": pattern, "content": .string(content)]
    }
    var steps: [JSONValue] = []
    if !file.characterMap.isEmpty {
      steps.append([
        "type": "Precompiled",
        "precompiled_charsmap": .string(Base64.encode(file.characterMap)),
      ])
    }
    if file.removesSpaces {
      steps.append(replace(["Regex": "\\A +| +\\z"], ""))
      steps.append(replace(["Regex": " {2,}"], " "))
    }
    if file.escapesSpaces { steps.append(replace(["String": " "], "\u{2581}")) }
    if file.prefixesSpace, isLegacy {
      // Metaspace puts no space before one that is there, and SentencePiece does.
      steps.append(replace(["Regex": "\\A\u{2581}"], "\u{2581}\u{2581}"))
    }
    return ["type": "Sequence", "normalizers": .array(steps)]
  }

  private static func preTokenizer(
    _ file: SentencePieceFile, _ own: [String], isLegacy: Bool
  ) -> JSONValue {
    var steps: [JSONValue] = []
    if file.prefixesSpace {
      steps.append([
        "type": "Metaspace", "replacement": "\u{2581}",
        "prepend_scheme": isLegacy ? "always" : "first", "split": false,
      ])
    }
    if !own.isEmpty {
      // Python's re.escape, longest first.
      let longest = own.sorted { $0.unicodeScalars.count > $1.unicodeScalars.count }
      let pattern = longest.map(escaped).joined(separator: "|")
      steps.append([
        "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
        "invert": false,
      ])
    }
    return steps.isEmpty ? nil : ["type": "Sequence", "pretokenizers": .array(steps)]
  }

  private static func escaped(_ text: String) -> String {
    String(
      text.unicodeScalars.flatMap { scalar -> [Character] in
        let isPlain = scalar.properties.isAlphabetic || !scalar.isASCII || "0"..."9" ~= scalar
        return isPlain ? [Character(scalar)] : ["\\", Character(scalar)]
      })
  }

  private static func decoder(_ file: SentencePieceFile) -> JSONValue {
    var steps: [JSONValue] = [
      ["type": "Replace", "pattern": ["String": "\u{2581}"], "content": " "]
    ]
    if file.fallsBackToBytes { steps.append(["type": "ByteFallback"]) }
    steps.append(["type": "Fuse"])
    if file.prefixesSpace {
      steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
    }
    return ["type": "Sequence", "decoders": .array(steps)]
  }
}
