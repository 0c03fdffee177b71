import Checkpoints

/// The keys of `tokenizer.json` (the `tokenizers` library, 0.23), by the kind of object. Everything
/// that could change a token is read or has its one supported value here.
extension TokenizerJSON {
  static let rootKeys = ValueTable([
    .init("version", .values(["1.0"]), required: true), .init("truncation", .values([.null])),
    .init("padding", .values([.null])), .init("added_tokens", .array, required: true),
    .init("normalizer", .any), .init("pre_tokenizer", .object, required: true),
    .init("post_processor", .any), .init("decoder", .object, required: true),
    .init("model", .object, required: true),
  ])

  static let addedTokenKeys = ValueTable([
    .init("id", .integer, required: true), .init("content", .string, required: true),
    .init("single_word", .values([false]), required: true),
    .init("lstrip", .values([false]), required: true),
    .init("rstrip", .values([false]), required: true),
    .init("normalized", .bool, required: true), .init("special", .bool, required: true),
  ])

  static let modelKeys = ValueTable([
    .init("type", .values(["BPE"])), .init("dropout", .values([.null, 0, 0.0])),
    .init("unk_token", .values([.null])),
    .init("continuing_subword_prefix", .values([.null, ""])),
    .init("end_of_word_suffix", .values([.null, ""])), .init("fuse_unk", .bool),
    .init("byte_fallback", .values([false])), .init("ignore_merges", .bool),
    .init("vocab", .object, required: true), .init("merges", .array, required: true),
  ])

  /// The steps of normalizers, pre-tokenizers, post-processors and decoders by their type.
  private static let normalizerKeys = [
    "NFC": ValueTable([.init("type", .string)]),
    "Sequence": ValueTable([.init("type", .string), .init("normalizers", .array, required: true)]),
  ]

  private static let byteLevel = ValueTable([
    .init("type", .string), .init("add_prefix_space", .values([false]), required: true),
    .init("trim_offsets", .bool, required: true), .init("use_regex", .bool),
  ])

  private static let preTokenizerKeys = [
    "ByteLevel": byteLevel,
    "Digits": ValueTable([
      .init("type", .string), .init("individual_digits", .values([true]), required: true),
    ]),
    "Split": ValueTable([
      .init("type", .string), .init("pattern", .object, required: true),
      .init("behavior", .values(["Isolated"]), required: true),
      .init("invert", .values([false]), required: true),
    ]),
    "Sequence": ValueTable([.init("type", .string), .init("pretokenizers", .array, required: true)]
    ),
  ]

  /// Offsets and spaces of a post-processor or a decoder change no token.
  private static let harmlessByteLevel = ValueTable([
    .init("type", .string), .init("add_prefix_space", .bool, required: true),
    .init("trim_offsets", .bool, required: true), .init("use_regex", .bool),
  ])

  private static let postProcessorKeys = [
    "ByteLevel": harmlessByteLevel,
    "TemplateProcessing": ValueTable([
      .init("type", .string), .init("single", .array, required: true),
      .init("pair", .array, required: true), .init("special_tokens", .object, required: true),
    ]),
    "Sequence": ValueTable([.init("type", .string), .init("processors", .array, required: true)]),
  ]

  private static let decoderKeys = ["ByteLevel": harmlessByteLevel]

  /// Checks every object of the file.
  func checkKeys() throws(CheckpointError) {
    guard let object = root.object else {
      throw CheckpointError(
        .malformed, file: file, cause: "its JSON is no object",
        fix: "take tokenizer.json from the model's own folder")
    }
    try Self.rootKeys.check(object, at: "", file: file)
    for (place, token) in (root["added_tokens"]?.array ?? []).enumerated() {
      try check(token, [:], orElse: Self.addedTokenKeys, at: "added_tokens[\(place)]")
    }
    try check(model, [:], orElse: Self.modelKeys, at: "model")
    try checkPipeline("normalizer", "normalizers", Self.normalizerKeys)
    try checkPipeline("pre_tokenizer", "pretokenizers", Self.preTokenizerKeys)
    try checkPipeline("post_processor", "processors", Self.postProcessorKeys)
    try checkPipeline("decoder", "decoders", Self.decoderKeys)
  }

  private func checkPipeline(
    _ key: String, _ steps: String, _ tables: [String: ValueTable]
  ) throws(CheckpointError) {
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
  ) throws(CheckpointError) {
    let type = value["type"]?.string
    guard let object = value.object, let table = standard ?? type.flatMap({ tables[$0] }) else {
      throw unsupported("\(place) is \(type ?? ValueTable.shown(value))")
    }
    try table.check(object, at: place + ".", file: file)
  }
}
