import Files

/// The keys of `tokenizer.json` (the `tokenizers` library, 0.23), by the kind of object. Everything
/// that could change a token is read or has its one supported value here.
extension TokenizerJSON {
  static let rootKeys = ValueTable([
    // Whoever trained with the file set these two; transformers sets them anew.
    .init("truncation", .optional(.object)), .init("padding", .optional(.object)),
    .init("version", .values(["1.0"]), required: true),
    .init("added_tokens", .array, required: true),
    .init("normalizer", .any), .init("pre_tokenizer", .any, required: true),
    .init("post_processor", .any), .init("decoder", .optional(.object), required: true),
    .init("model", .object, required: true),
  ])

  static let addedTokenKeys = ValueTable([
    .init("id", .integer, required: true), .init("content", .string, required: true),
    .init("single_word", .bool, required: true), .init("lstrip", .bool, required: true),
    .init("rstrip", .bool, required: true), .init("normalized", .bool, required: true),
    .init("special", .bool, required: true),
  ])

  static let modelKeys = ValueTable([
    .init("type", .values(["BPE"])), .init("dropout", .values([.null, 0, 0.0])),
    .init("unk_token", .optional(.string)),
    .init("continuing_subword_prefix", .values([.null, ""])),
    .init("end_of_word_suffix", .values([.null, ""])), .init("fuse_unk", .bool),
    .init("byte_fallback", .bool), .init("ignore_merges", .bool),
    .init("vocab", .object, required: true), .init("merges", .array, required: true),
  ])

  static let unigramKeys = ValueTable([
    .init("type", .values(["Unigram"])), .init("unk_id", .integer, required: true),
    .init("byte_fallback", .bool), .init("vocab", .array, required: true),
  ])

  private static func step(_ keys: [ValueTable.Key] = []) -> ValueTable {
    ValueTable([.init("type", .string)] + keys)
  }

  /// The steps of normalizers, pre-tokenizers, post-processors and decoders by their type.
  private static let normalizerKeys = [
    "NFC": step(), "NFD": step(), "NFKC": step(), "NFKD": step(), "Lowercase": step(),
    "StripAccents": step(),
    "Strip": step([
      .init("strip_left", .bool, required: true), .init("strip_right", .bool, required: true),
    ]),
    "Prepend": step([.init("prepend", .string, required: true)]),
    "Precompiled": step([.init("precompiled_charsmap", .string, required: true)]),
    "Replace": step([
      .init("pattern", .object, required: true), .init("content", .string, required: true),
    ]),
    "Sequence": step([.init("normalizers", .array, required: true)]),
  ]

  private static let byteLevel = step([
    .init("add_prefix_space", .bool, required: true), .init("trim_offsets", .bool, required: true),
    .init("use_regex", .bool),
  ])

  private static let metaspace = step([
    .init("replacement", .string, required: true), .init("str_rep", .string),
    .init("add_prefix_space", .bool), .init("split", .bool),
    .init("prepend_scheme", .values([.null, "always", "first", "never"])),
  ])

  private static let preTokenizerKeys = [
    "ByteLevel": byteLevel, "Metaspace": metaspace,
    "Digits": step([.init("individual_digits", .bool, required: true)]),
    "Split": step([
      .init("pattern", .object, required: true), .init("behavior", .string, required: true),
      .init("invert", .bool, required: true),
    ]),
    "Punctuation": step([.init("behavior", .string)]), "Whitespace": step(),
    "WhitespaceSplit": step(), "BertPreTokenizer": step(),
    "Sequence": step([.init("pretokenizers", .array, required: true)]),
  ]

  private static let postProcessorKeys = [
    // Offsets and spaces of a post-processor or a decoder change no token.
    "ByteLevel": byteLevel,
    "TemplateProcessing": step([
      .init("single", .array, required: true), .init("pair", .array, required: true),
      .init("special_tokens", .object, required: true),
    ]),
    "Sequence": step([.init("processors", .array, required: true)]),
  ]

  private static let decoderKeys = [
    "ByteLevel": byteLevel, "Metaspace": metaspace, "ByteFallback": step(), "Fuse": step(),
    "Replace": step([
      .init("pattern", .object, required: true), .init("content", .string, required: true),
    ]),
    "Strip": step([
      .init("content", .values([" "]), required: true), .init("start", .integer, required: true),
      .init("stop", .values([0]), required: true),
    ]),
    "Sequence": step([.init("decoders", .array, required: true)]),
  ]

  /// Checks every object of the file.
  func checkKeys() throws(FileError) {
    guard let object = root.object else {
      throw FileError(
        .malformed, file: file, cause: "its JSON is no object",
        fix: "take tokenizer.json from the model's own folder")
    }
    try Self.rootKeys.check(object, at: "", file: file)
    for (place, token) in (root["added_tokens"]?.array ?? []).enumerated() {
      try check(token, [:], orElse: Self.addedTokenKeys, at: "added_tokens[\(place)]")
    }
    try check(model, [:], orElse: isUnigram ? Self.unigramKeys : Self.modelKeys, at: "model")
    try checkPipeline("normalizer", "normalizers", Self.normalizerKeys)
    try checkPipeline("pre_tokenizer", "pretokenizers", Self.preTokenizerKeys)
    try checkPipeline("post_processor", "processors", Self.postProcessorKeys)
    try checkPipeline("decoder", "decoders", Self.decoderKeys)
  }

  private func checkPipeline(
    _ key: String, _ steps: String, _ tables: [String: ValueTable]
  ) throws(FileError) {
    guard let value = root[key], !value.isNull else { return }
    try check(value, tables, at: key)
    for (place, step) in parts(of: value, steps).enumerated() where step != value {
      guard step["type"] != "Sequence" else {
        throw unsupported("\(key) has a sequence within a sequence")
      }
      try check(step, tables, at: "\(key).\(steps)[\(place)]")
    }
  }

  private func check(
    _ value: JSONValue, _ tables: [String: ValueTable], orElse standard: ValueTable? = nil,
    at place: String
  ) throws(FileError) {
    let type = value["type"]?.string
    guard let object = value.object, let table = standard ?? type.flatMap({ tables[$0] }) else {
      throw unsupported("\(place) is \(type ?? ValueTable.shown(value))")
    }
    try table.check(object, at: place + ".", file: file)
  }
}
