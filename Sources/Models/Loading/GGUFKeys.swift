import Checkpoints

/// The metadata keys of a GGUF file of the architecture llama (docs/gguf.md of ggml, gguf-py 0.19), but
/// for those of its tokenizer. What llama.cpp would read and Skillet does not have is refused.
extension KeyTable {
  package static let gguf = KeyTable(
    model + rope + attention + scales + layout,
    ignoring: ["general.alignment"],
    prefixes: ["general.", "quantize.imatrix.", "mradermacher.", "tokenizer."], isTyped: true,
    fix: "use a Llama model without it, or convert the original again")

  private static let model: [Entry] = [
    Entry("general.architecture", .read(.text)),
    Entry("general.type", .only(["model"])),
    Entry("general.quantization_version", .only([2])),
    Entry("llama.embedding_length", .read(.integer(sizes))),
    Entry("llama.block_count", .read(.integer(sizes))),
    Entry("llama.feed_forward_length", .read(.integer(sizes))),
    Entry("llama.context_length", .read(.integer(sizes))),
    Entry("llama.vocab_size", .read(.integer(sizes))),
  ]

  private static let rope: [Entry] = [
    Entry("llama.rope.freq_base", .read(.fraction(ropeBase))),
    Entry("llama.rope.dimension_count", .read(.integer(sizes))),
    Entry("llama.rope.scaling.type", .read(.word(["none", "linear"]))),
    Entry("llama.rope.scaling.factor", .read(.fraction(notNegative))),
    Entry("llama.rope.scale_linear", .read(.fraction(notNegative))),
    // Those of YaRN, which is no type here: any value of the right type is the same.
    Entry("llama.rope.scaling.original_context_length", .read(.integer(0...Int(UInt32.max)))),
    Entry("llama.rope.scaling.finetuned", .read(.bool)),
    Entry("llama.rope.scaling.attn_factor", .only([1.0])),
    Entry("llama.rope.scaling.yarn_log_multiplier", .only([0.0])),
  ]

  private static let attention: [Entry] = [
    Entry("llama.attention.head_count", .read(.integer(sizes))),
    Entry("llama.attention.head_count_kv", .read(.integer(sizes))),
    Entry("llama.attention.key_length", .read(.integer(sizes))),
    Entry("llama.attention.value_length", .read(.integer(sizes))),
    Entry("llama.attention.layer_norm_rms_epsilon", .read(.fraction(notNegative))),
    Entry("llama.attention.causal", .only([true])),
    Entry("llama.attention.scale", .only([0.0])),
    Entry("llama.attention.clamp_kqv", .only([0.0])),
    Entry("llama.attention.max_alibi_bias", .only([0.0])),
    Entry("llama.attention.sliding_window", .only([0])),
    Entry("llama.attn_logit_softcapping", .only([0.0])),
  ]

  private static let scales: [Entry] = [
    Entry("llama.logit_scale", .only([0.0, 1.0])),
    Entry("llama.embedding_scale", .only([0.0, 1.0])),
    Entry("llama.residual_scale", .only([0.0, 1.0])),
    Entry("llama.final_logit_softcapping", .only([0.0])),
  ]

  private static let layout: [Entry] = [
    Entry("llama.expert_count", .only([0])),
    Entry("llama.expert_used_count", .only([0])),
    Entry("llama.use_parallel_residual", .only([false])),
    Entry("llama.pooling_type", .only([0])),
    Entry("llama.nextn_predict_layers", .only([0])),
    Entry("llama.tensor_data_layout", .only(["Meta AI original pth", "reference"])),
    Entry("split.no", .only([0])), Entry("split.count", .only([0, 1])),
    Entry("split.tensors.count", .ignored),
  ]

  /// Checks all metadata of a file. Numbers are float32, as llama.cpp wants them.
  func check(_ metadata: GGUFMetadata) throws(CheckpointError) {
    for key in metadata.keys {
      try check(key, file: metadata.file) { metadata[key]?.json ?? .null }
    }
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
