import Checkpoints
import Files

/// The metadata keys of a GGUF file (docs/gguf.md of ggml, gguf-py 0.19), but for those of its tokenizer.
/// What llama.cpp would read and Skillet does not have is refused.
extension KeyTable {
  package static func gguf(_ family: Architecture) -> KeyTable {
    let read = read(by: family)
    let keys =
      read
      + (model + (family.positions == .rotary ? rope : []) + attention + scales + layout).filter {
        entry in !read.contains { $0.key == entry.key }
      }
    let epsilon = Entry(GGUFKey.epsilon(family.norm), .read(.fraction(notNegative)))
    return KeyTable(
      general
        + (keys + [epsilon]).map { Entry("\(family.ggufName ?? family.name).\($0.key)", $0.rule) },
      ignoring: ["general.alignment"],
      prefixes: ["general.", "quantize.imatrix.", "mradermacher.", "tokenizer."], isTyped: true,
      fix: "use a model of type \"\(family.name)\" without it, or convert the original again")
  }

  /// The keys that this family reads and others refuse.
  private static func read(by family: Architecture) -> [Entry] {
    var entries =
      family.ggufSettings
      + family.scales.compactMap(\.gguf).map { Entry($0, .read(.fraction(notNegative))) }
    switch family.windows {
    case .every, .pattern:
      entries.append(Entry(GGUFKey.window, .read(.integer(0...1 << 24))))
    case .none, .switched: break
    }
    if family.windowRopeBase != nil {
      entries.append(Entry(GGUFKey.windowRopeBase, .read(.fraction(ropeBase))))
    }
    return entries
  }

  private static let general: [Entry] = [
    Entry("general.architecture", .read(.text)),
    Entry("general.type", .only(["model"])),
    Entry("general.quantization_version", .only([2])),
    // GGUFParts compares them with the parts that there are
    Entry("split.no", .read(.integer(0...0))),
    Entry("split.count", .read(.integer(0...99_999))),
    Entry("split.tensors.count", .read(.integer(0...Int(Int32.max)))),
  ]

  private static let model: [Entry] = [
    Entry("embedding_length", .read(.integer(sizes))),
    Entry("block_count", .read(.integer(sizes))),
    Entry("feed_forward_length", .read(.integer(sizes))),
    Entry("context_length", .read(.integer(sizes))),
    Entry("vocab_size", .read(.integer(sizes))),
  ]

  private static let rope: [Entry] = [
    Entry("rope.freq_base", .read(.fraction(ropeBase))),
    Entry("rope.dimension_count", .read(.integer(sizes))),
    Entry("rope.scaling.type", .read(.word(["none", "linear", "yarn", "longrope"]))),
    Entry("rope.scaling.factor", .read(.fraction(notNegative))),
    Entry("rope.scale_linear", .read(.fraction(notNegative))),
    Entry("rope.scaling.original_context_length", .read(.integer(0...Int(UInt32.max)))),
    Entry("rope.scaling.finetuned", .read(.bool)),
    Entry("rope.scaling.attn_factor", .read(.fraction(positive))),
    Entry("rope.scaling.yarn_ext_factor", .only([1.0])),
    Entry("rope.scaling.yarn_beta_fast", .read(.fraction(positive))),
    Entry("rope.scaling.yarn_beta_slow", .read(.fraction(positive))),
    Entry("rope.scaling.yarn_log_multiplier", .only([0.0])),
  ]

  private static let attention: [Entry] = [
    Entry("attention.head_count", .read(.integer(sizes))),
    Entry("attention.head_count_kv", .read(.integer(sizes))),
    Entry("attention.key_length", .read(.integer(sizes))),
    Entry("attention.value_length", .read(.integer(sizes))),
    Entry("attention.causal", .only([true])),
    Entry("attention.scale", .only([0.0])),
    Entry("attention.clamp_kqv", .only([0.0])),
    Entry("attention.max_alibi_bias", .only([0.0])),
    Entry("attention.sliding_window", .only([0])),
    Entry("attn_logit_softcapping", .only([0.0])),
  ]

  private static let scales: [Entry] = [
    Entry("logit_scale", .only([0.0, 1.0])),
    Entry("embedding_scale", .only([0.0, 1.0])),
    Entry("residual_scale", .only([0.0, 1.0])),
    Entry("final_logit_softcapping", .only([0.0])),
  ]

  private static let layout: [Entry] = [
    Entry("expert_count", .only([0])),
    Entry("expert_used_count", .only([0])),
    Entry("use_parallel_residual", .only([false])),
    Entry("pooling_type", .only([0])),
    Entry("nextn_predict_layers", .only([0])),
    Entry("tensor_data_layout", .only(["Meta AI original pth", "reference", "jploski"])),
  ]

  /// Checks all metadata of a file. Numbers are float32, as llama.cpp wants them.
  func check(_ metadata: GGUFMetadata) throws(FileError) {
    var errors = FileErrors()
    for key in metadata.keys where errors.all.count < Self.mostTold {
      _ = errors.gather { () throws(FileError) in
        try check(key, file: metadata.file) { metadata[key]?.json ?? .null }
      }
    }
    try errors.check()
  }
}

extension GGUFValue {
  /// The same value as JSON; a list that is not text is given by its first values.
  var json: JSONValue {
    switch self {
    case .bool(let flag): .bool(flag)
    case .float32(let value): .double(Double(value))
    case .float64(let value): .string("\(value) as float64")
    case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
    case .strings(let strings):
      .array(strings.prefix(8).map { .string(String(decoding: $0, as: UTF8.self)) })
    case .numbers(let numbers): .array((numbers.doubles ?? []).prefix(8).map { .double($0) })
    default: integer.map { .int($0) } ?? .null
    }
  }
}
