import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing

/// Files of other families as they are published, and what they may not say.
@Suite struct FamilyFileTests {
  private let exact = Compute(threadCount: 1, precision: .f32)

  /// A copy of a tiny model's folder with changes to its configuration and its tensors.
  private func copy(
    _ family: String, configuration change: (inout JSONObject) -> Void = { _ in },
    name: (String) -> String = { $0 }, extra: [(name: String, shape: [Int])] = []
  ) throws -> TemporaryFolder {
    let original = References.path("families/\(family)/hf")
    let folder = TemporaryFolder()
    for file in ["tokenizer.json", "tokenizer_config.json"] {
      folder.write(try JSONValue(file: original + "/" + file).text(sortedKeys: false), as: file)
    }
    var configuration = try #require(JSONValue(file: original + "/config.json").object)
    change(&configuration)
    folder.write(JSONValue.object(configuration).text(sortedKeys: false), as: "config.json")
    let weights = try SafetensorsFile(path: original + "/model.safetensors")
    var writer = SafetensorsWriter(file: "model.safetensors", metadata: ["format": "pt"])
    for entry in weights.tensors.entries {
      try writer.add(name(entry.name), .f32, shape: entry.shape, bytes: Array(entry.bytes))
    }
    for (name, shape) in extra {
      let count = shape.reduce(1, *)
      try writer.add(name, shape: shape, values: [Float](repeating: 1, count: count))
    }
    folder.write(try writer.bytes(), as: "model.safetensors")
    return folder
  }

  private func logits(_ path: String) throws -> [Float] {
    try LoadedModel(path: path).decoder.logitRows([5, 9, 77, 12], with: exact).flatMap { $0 }
  }

  private func refusal(_ folder: TemporaryFolder) -> FileError? {
    do {
      _ = try LoadedModel(path: folder.path)
      return nil
    } catch { return error }
  }

  /// The files of `gpt2` itself name no `transformer.` and keep the masks of the attention.
  @Test func `a GPT-2 without the beginning of its names and with its masks is the same`() throws {
    let folder = try copy(
      "gpt2", name: { String($0.dropFirst("transformer.".count)) },
      extra: [("h.0.attn.bias", [1, 1, 64, 64]), ("h.1.attn.masked_bias", [1])])
    #expect(try logits(folder.path) == logits(References.path("families/gpt2/hf")))
  }

  /// As the files of BLOOM call its sizes.
  @Test func `sizes by the names of older files are the same`() throws {
    let folder = try copy("bloom") { configuration in
      for (name, old) in [
        ("hidden_size", "n_embed"), ("n_head", "num_attention_heads"),
        ("n_layer", "num_hidden_layers"),
      ] {
        configuration[old] = configuration[name]
        configuration[name] = nil
      }
    }
    #expect(try logits(folder.path) == logits(References.path("families/bloom/hf")))
  }

  /// As the files of Pythia name them.
  @Test func `NeoX's older names of its turns are the same`() throws {
    let folder = try copy("gpt_neox") {
      $0["rope_parameters"] = nil
      $0["rotary_pct"] = 0.25
      $0["rotary_emb_base"] = 20_000
    }
    #expect(try logits(folder.path) == logits(References.path("families/gpt_neox/hf")))
  }

  @Test func `keys that a family may leave out have the defaults of transformers`() throws {
    let folder = try copy("gpt2") {
      for key in ["n_inner", "activation_function", "layer_norm_epsilon", "tie_word_embeddings"] {
        $0[key] = nil
      }
    }
    #expect(try logits(folder.path) == logits(References.path("families/gpt2/hf")))
  }

  @Test(
    arguments: [
      ("gpt2", "activation_function", "silu"), ("gpt2", "scale_attn_weights", "no"),
      ("gpt2", "scale_attn_by_inverse_layer_idx", 1),
      ("gpt2", "add_cross_attention", true), ("gpt2", "n_inner", 64),
      ("gpt2", "n_positions", 32), ("gpt2", "n_head", 5), ("gpt2", "rope_theta", 1e4),
      ("qwen2", "layer_types", ["sliding_attention"]),
      ("qwen2", "hidden_act", "relu6"), ("qwen2", "num_key_value_heads", 4),
      ("qwen2", "attention_bias", false), ("qwen2", "model_type", "mpt"),
      ("gemma2", "attn_logit_softcapping", 0), ("gemma2", "attn_logit_softcapping", "no"),
      ("gemma3", "layer_types", ["full_attention"]), ("gemma3", "rope_parameters", ["global": [:]]),
      ("gemma", "hidden_act", "silu"), ("granite", "logits_scaling", 0),
      ("phi3", "partial_rotary_factor", 0.1), ("smollm3", "no_rope_layers", [1, 2, 1, 1]),
      ("smollm3", "no_rope_layers", [1]), ("smollm3", "no_rope_layers", []),
      ("smollm3", "use_sliding_window", true), ("gemma2", "sliding_window_pattern", 3),
      ("mistral", "sliding_window", 0),
      ("olmo2", "rope_scaling", ["rope_type": "yarn", "factor": 2]),
      ("gpt_neox", "hidden_act", "silu"), ("gpt_neox", "partial_rotary_factor", 0.5),
      ("falcon", "alibi", "yes"), ("falcon", "multi_query", false),
      ("falcon-grouped", "num_ln_in_parallel_attn", 3), ("opt", "do_layer_norm_before", "no"),
      ("opt", "word_embed_proj_dim", 16),
      ("opt", "_remove_final_layer_norm", 1), ("stablelm", "qk_layernorm", "yes"),
      ("cohere", "use_qk_norm", 1), ("cohere", "logit_scale", 0), ("phi", "qk_layernorm", "true"),
      ("gptj", "rotary_dim", nil), ("gptj", "rope_theta", 5e5), ("bloom", "n_embed", 64),
      ("bloom", "apply_residual_connection_post_layernorm", true),
      ("exaone4", "sliding_window_pattern", 0), ("starcoder2", "mlp_type", "gated"),
    ] as [(String, String, JSONValue)])
  func `what a family does not have is refused by name`(
    family: String, key: String, value: JSONValue
  ) throws {
    let error = refusal(try copy(family, configuration: { $0[key] = value }))
    let cause = try #require(error?.cause, "\(key) is taken")
    // A size that does not fit is told by the tensor that it does not fit.
    #expect(
      cause.contains(key) || cause.contains("shape") || cause.contains("heads"), "\(cause)")
  }

  @Test func `all that is refused in a folder is told at once`() throws {
    let folder = try copy("falcon") {
      $0["alibi"] = "yes"
      $0["quantization_config"] = ["quant_method": "gptq"]
    }
    var tokenizer = try #require(JSONValue(file: folder.path + "/tokenizer.json").object)
    tokenizer["normalizer"] = ["type": "BertNormalizer"]
    folder.write(JSONValue.object(tokenizer).text(sortedKeys: false), as: "tokenizer.json")
    let header = #"{"x":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[0,1]}}"#
    let size = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    folder.write(size + Array(header.utf8) + [0], as: "model.safetensors")
    let error = try #require(refusal(folder))
    #expect(error.parts.count >= 3)
    for name in ["alibi", "quantization_config", "model.safetensors", "tokenizer.json"] {
      #expect(error.cause.contains(name), "\(error)")
    }
    for (number, part) in error.parts.enumerated() {
      #expect(error.cause.contains("(\(number + 1))") && error.fix.contains(part.fix), "\(error)")
    }
  }

  @Test(arguments: [
    ("qwen2", "model.layers.0.self_attn.o_proj.bias"), ("qwen2", "model.layers.0.mlp.up_proj.bias"),
    ("phi", "model.layers.0.post_attention_layernorm.weight"), ("cohere", "model.norm.bias"),
    ("gptj", "transformer.h.0.attn.q_proj.bias"),
    ("gpt2", "transformer.h.0.ln_3.weight"), ("gpt2", "transformer.h.2.ln_1.weight"),
  ])
  func `a tensor that no part of the family uses is refused`(family: String, name: String) throws {
    let error = refusal(try copy(family, extra: [(name, [32])]))
    #expect(error?.cause.contains(name) == true)
  }

  /// A copy of the tiny Llama's GGUF file with one tensor more.
  private func gguf(with name: String, values: [Float]) throws -> FileError? {
    let file = try GGUFFile(path: References.path("tiny-llama/f32.gguf"))
    let folder = TemporaryFolder()
    var writer = GGUFWriter(file: folder.path + "/m.gguf")
    for key in file.metadata.keys { if let value = file.metadata[key] { writer.set(key, value) } }
    for entry in file.tensors.entries {
      try writer.add(entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    try writer.add(name, .f32, shape: [values.count], bytes: bytes)
    try writer.write()
    do {
      _ = try LoadedModel(path: folder.path + "/m.gguf")
      return nil
    } catch { return error }
  }

  /// What llama.cpp does with files of the first converters, which named neither caps nor windows.
  @Test func `a GGUF file of Gemma that names no caps has those of its family`() throws {
    func description(_ family: String) throws -> DecoderDescription {
      let file = try GGUFFile(path: References.path("families/\(family)/f32.gguf"))
      let folder = TemporaryFolder()
      var writer = GGUFWriter(file: folder.path + "/m.gguf")
      for key in file.metadata.keys
      where !key.hasSuffix("softcapping") && !key.hasSuffix("sliding_window") {
        if let value = file.metadata[key] { writer.set(key, value) }
      }
      for entry in file.tensors.entries {
        try writer.add(entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
      }
      try writer.write()
      return try LoadedModel(path: folder.path + "/m.gguf").decoder.description
    }
    let second = try description("gemma2-gguf")
    #expect(second.scales.attentionCap == 50 && second.scales.logitCap == 30)
    #expect(second.windows == [4096, nil])
    let third = try description("gemma3")
    #expect(third.scales.attentionCap == nil && third.scales.logitCap == nil)
    #expect(third.windows.isEmpty)
  }

  @Test func `the factors of frequencies are read from the file, and from no block of it`() throws {
    #expect(try gguf(with: "rope_freqs.weight", values: [Float](repeating: 2, count: 8)) == nil)
    let name = "blk.0.rope_freqs.weight"
    let error = try gguf(with: name, values: [Float](repeating: 2, count: 8))
    #expect(error?.cause.contains(name) == true)
  }

  @Test func `a bias that is missing is named`() throws {
    let name = "model.layers.0.self_attn.q_proj.bias"
    let error = refusal(try copy("qwen2", name: { $0 == name ? "x" + $0 : $0 }))
    #expect(error?.cause.contains(name) == true)
  }

  @Test(arguments: ["gpt2", "qwen2", "phi", "bloom"])
  func `quantized layers keep their biases`(family: String) throws {
    let model = try LoadedModel(path: References.path("families/\(family)/hf")).decoder
    let (weights, _) = model.weights.quantized(
      to: QuantizationScheme(format: .int8), skipping: [], includesHead: false, with: exact)
    #expect(weights.vectors == model.weights.vectors)
    let found = model.with(weights).logitRows([5, 9, 77], with: exact).flatMap { $0 }
    let plain = model.logitRows([5, 9, 77], with: exact).flatMap { $0 }
    #expect(relativeError(found, plain) < 0.05)
    #expect(found != plain)
  }
}
