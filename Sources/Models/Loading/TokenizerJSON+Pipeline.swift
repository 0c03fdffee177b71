import Files
import Tokenizers

/// What the file does with text, before and after its model.
extension TokenizerJSON {
  func plan() throws(FileError) -> TokenizerPlan {
    var units = BytePairEncoder.Units()
    units.fallsBackToBytes = model["byte_fallback"]?.bool ?? false
    units.fusesUnknown = model["fuse_unk"]?.bool ?? false
    units.takesWholeWords = model["ignore_merges"]?.bool ?? false
    units.unknown = try unknownToken()
    let pipeline = TextPipeline(normalizers: try normalizers(), splits: try splits())
    guard isByteLevel else {
      return TokenizerPlan(characters: pipeline, decoding: try decoding(), units: units)
    }
    guard !units.fallsBackToBytes else {
      throw unsupported("model.byte_fallback is true beside a pre_tokenizer ByteLevel")
    }
    // Without a decoder the library shows the letters that stand for bytes, with spaces between them.
    guard !decoders.isEmpty else {
      throw FileError(
        .unsupported, file: file,
        cause:
          "pre_tokenizer is ByteLevel and decoder is null, so replies would be its letters for bytes",
        fix: #"write "decoder": {"type": "ByteLevel"} where the null is"#)
    }
    guard decoders.map({ $0["type"] }) == ["ByteLevel"] else {
      throw unsupported("pre_tokenizer is ByteLevel and decoder is not")
    }
    return TokenizerPlan(byteLevel: pipeline, units: units)
  }

  private func unknownToken() throws(FileError) -> Int32? {
    guard let name = model["unk_token"]?.string, !name.isEmpty else { return nil }
    guard let id = model["vocab"]?[name]?.int.flatMap({ Int32(exactly: $0) }) else {
      throw malformed("model.unk_token is \"\(name)\", which model.vocab lacks")
    }
    return id
  }

  // MARK: Normalizers

  private func normalizers() throws(FileError) -> [Normalizer] {
    var result: [Normalizer] = []
    for step in parts(of: root["normalizer"] ?? .null, "normalizers") {
      result.append(try normalizer(step))
    }
    return result
  }

  private func normalizer(_ step: JSONValue) throws(FileError) -> Normalizer {
    switch step["type"]?.string {
    case "NFC": return .nfc
    case "NFD": return .nfd
    case "NFKC": return .nfkc
    case "NFKD": return .nfkd
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "Strip":
      return .strip(
        left: step["strip_left"]?.bool ?? true, right: step["strip_right"]?.bool ?? true)
    case "Precompiled":
      let bytes = step["precompiled_charsmap"]?.string.flatMap(Base64.decode)
      if let map = bytes.flatMap({ CharacterMap($0) }) { return .precompiled(map) }
      throw malformed("normalizer.precompiled_charsmap is no map of characters")
    case "Prepend": return .prepend(Array((step["prepend"]?.string ?? "").utf8))
    case "Replace":
      let content = Array((step["content"]?.string ?? "").utf8)
      if let text = step["pattern"]?["Regex"]?.string {
        return .replacePattern(try pattern(text, at: "normalizer"), with: content)
      }
      return .replace(try literal(step, at: "normalizer"), with: content)
    case let type: throw unsupported("the normalizer \(type ?? "without a type")")
    }
  }

  /// The text that a step looks for.
  private func literal(_ step: JSONValue, at place: String) throws(FileError) -> [UInt8] {
    guard let text = step["pattern"]?["String"]?.string, !text.isEmpty else {
      throw unsupported("\(place).pattern is \(ValueTable.shown(step["pattern"] ?? .null))")
    }
    return Array(text.utf8)
  }

  // MARK: Pre-tokenizers

  private var preTokenizers: [JSONValue] {
    parts(of: root["pre_tokenizer"] ?? .null, "pretokenizers")
  }

  /// Whether the pre-tokenizers end with one that writes bytes as visible characters.
  var isByteLevel: Bool { preTokenizers.contains { $0["type"] == "ByteLevel" } }

  private func splits() throws(FileError) -> [SplitStep] {
    var steps = preTokenizers
    var result: [SplitStep] = []
    var after: [JSONValue] = []
    if let place = steps.firstIndex(where: { $0["type"] == "ByteLevel" }), place < steps.count - 1 {
      after = Array(steps[(place + 1)...])
      steps.removeSubrange((place + 1)...)
    }
    for step in steps { result += try split(step) }
    // Single digits before GPT-2's rule are a rule that is written by hand.
    if result == [.digits(.isolated), .rule(.gpt2)] { result = [.rule(.smollm)] }
    return try result + afterByteLevel(after)
  }

  /// Steps on bytes that are written as characters: Falcon has two, and no one else any.
  private func afterByteLevel(_ steps: [JSONValue]) throws(FileError) -> [SplitStep] {
    if steps.isEmpty { return [] }
    guard steps.count == 2, steps[0]["type"] == "Digits", steps[0]["individual_digits"] == false,
      steps[1]["pattern"]?["Regex"] == "[0-9][0-9][0-9]", steps[1]["behavior"] == "Isolated",
      steps[1]["invert"] == false
    else { throw unsupported("pre_tokenizer has steps after ByteLevel") }
    return [.byteDigits]
  }

  private func split(_ step: JSONValue) throws(FileError) -> [SplitStep] {
    func fixed(
      _ text: String, _ behavior: SplitBehavior, isInverted: Bool = false
    ) throws(FileError) -> SplitStep {
      .pattern(try pattern(text, at: "pre_tokenizer"), behavior, isInverted: isInverted)
    }
    let spaces = "\\s", marks = "[!-/:-@\\[-`{-~\\p{P}]"
    switch step["type"]?.string {
    case "ByteLevel":
      let prefix: [SplitStep] = step["add_prefix_space"]?.bool == true ? [.prefixSpace] : []
      return prefix + (step["use_regex"]?.bool ?? true ? [.rule(.gpt2)] : [])
    case "Digits":
      return [.digits(step["individual_digits"]?.bool == true ? .isolated : .contiguous)]
    case "Punctuation": return [try fixed(marks, try behavior(step) ?? .isolated)]
    case "WhitespaceSplit": return [try fixed(spaces, .removed)]
    case "BertPreTokenizer": return [try fixed(spaces, .removed), try fixed(marks, .isolated)]
    case "Whitespace":
      let word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200C\\u200D"
      return [try fixed("[\(word)]+|[^\(word)\\s]+", .removed, isInverted: true)]
    case "Metaspace": return [.metaspace(try metaspace(step, at: "pre_tokenizer"))]
    case "Split": return [try patternSplit(step)]
    case let type: throw unsupported("the pre_tokenizer \(type ?? "without a type")")
    }
  }

  private func patternSplit(_ step: JSONValue) throws(FileError) -> SplitStep {
    let behavior = try behavior(step) ?? .isolated
    let isInverted = step["invert"]?.bool ?? false
    guard let text = step["pattern"]?["Regex"]?.string else {
      guard !isInverted else { throw unsupported("pre_tokenizer.invert is true of a text") }
      return .literal(try literal(step, at: "pre_tokenizer"), behavior)
    }
    if behavior == .isolated, !isInverted, let rule = PreTokenizer(pattern: text) {
      return .rule(rule)
    }
    return .pattern(try pattern(text, at: "pre_tokenizer"), behavior, isInverted: isInverted)
  }

  private func behavior(_ step: JSONValue) throws(FileError) -> SplitBehavior? {
    guard let name = step["behavior"] else { return nil }
    if let behavior = name.string.flatMap(SplitBehavior.init) { return behavior }
    throw unsupported("pre_tokenizer.behavior is \(ValueTable.shown(name))")
  }

  private func pattern(_ text: String, at place: String) throws(FileError) -> Pattern {
    do throws(TokenizerError) {
      return try Pattern(text, endsAtLines: true)
    } catch {
      throw unsupported("the pattern \(text) of \(place) has \(error.cause)")
    }
  }

  /// Old files say `add_prefix_space`, newer ones `prepend_scheme`, and some both, which must agree.
  private func metaspace(
    _ step: JSONValue, at place: String
  ) throws(FileError) -> Metaspace {
    let replacement = step["replacement"]?.string ?? ""
    guard replacement.unicodeScalars.count == 1, replacement != " " else {
      throw unsupported("\(place).replacement is \"\(replacement)\"")
    }
    let prefix = step["prepend_scheme"]?.string.flatMap(Metaspace.Prefix.init) ?? .always
    if step["add_prefix_space"]?.bool == false, step["prepend_scheme"] != nil, prefix != .never {
      throw malformed(
        "\(place) says of a space before texts add_prefix_space false, and prepend_scheme \(prefix)"
      )
    }
    return Metaspace(
      replacement: Array(replacement.utf8),
      prefix: step["add_prefix_space"]?.bool == false ? .never : prefix,
      splits: step["split"]?.bool ?? true)
  }

  // MARK: Decoders

  private var decoders: [JSONValue] { parts(of: root["decoder"] ?? .null, "decoders") }

  /// The decoders, which work on tokens before `Fuse` and on the whole text after it.
  private func decoding() throws(FileError) -> TextDecoding {
    var result = TextDecoding()
    if decoders.isEmpty {
      result.separator = [UInt8(ascii: " ")]
      return result
    }
    var isFused = false
    for step in decoders {
      let type = step["type"]?.string ?? "without a type"
      switch type {
      case "Replace" where !isFused && !result.hasBytes:
        let old = try literal(step, at: "decoder")
        result.replacements.append(.init(old, Array((step["content"]?.string ?? "").utf8)))
      case "ByteFallback" where !isFused && !result.hasBytes: result.hasBytes = true
      case "Fuse": isFused = true
      case "Strip" where isFused && result.opening == .kept:
        guard let count = step["start"]?.int, 0...1 ~= count else {
          throw unsupported("decoder.start is \(ValueTable.shown(step["start"] ?? .null))")
        }
        if count == 1 { result.opening = .withoutSpaces(count) }
      case "Metaspace" where !isFused && !result.hasBytes && result.opening == .kept:
        let metaspace = try metaspace(step, at: "decoder")
        result.replacements.append(.init(metaspace.replacement, [UInt8(ascii: " ")]))
        if metaspace.prefix != .never { result.opening = .without(metaspace.replacement) }
      default: throw unsupported("the decoder \(type) at its place")
      }
    }
    return result
  }
}
