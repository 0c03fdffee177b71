import Checkpoints
import Files
import Tensors

extension Architecture {
  /// StableLM 3B and 2, the larger of which norms each head's queries and keys by weights of its own (StableLmConfig of transformers 5.24): Llama with LayerNorm and turns of a quarter of each
  /// head. Its feed-forward may read the norm that the attention reads, beside it; GGUF files have no norm of
  /// its own then.
  package static let stableLM = Architecture(
    name: "stablelm", ggufName: "stablelm", classes: ["StableLmForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 32),
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "layer_norm_eps", value: 1e-5)),
    settings: llamaSettings + [
      .init("use_qkv_bias", .read(.bool)), .init("use_parallel_residual", .read(.bool)),
      .init("qk_layernorm", .read(.bool)),
    ],
    // Dropouts of pretraining, and settings of its first code that transformers does not read.
    ignoredSettings: ["hidden_dropout", "norm_eps", "rotary_scaling_factor"],
    ggufSettings: [.init("use_parallel_residual", .read(.bool))],
    form: {
      $0.makeParallel($1["use_parallel_residual"]?.bool ?? false)
      if $1["qk_layernorm"]?.bool == true { $0.headNorms = .headAlone }
    },
    ggufForm: {
      $0.makeParallel(!$2("blk.0.ffn_norm.weight"))
      $0.findHeadNorms($2)
    },
    forms: [false, true].flatMap { isParallel in
      [false, true].map { ["use_parallel_residual": .bool(isParallel), "qk_layernorm": .bool($0)] }
    },
    norm: .layer, normHasBias: true, positions: .rotary, turnsPartOfHeads: true, turnedShare: 0.25,
    activation: .swiGLU, activationKey: "hidden_act",
    linears: linears { [.query, .key, .value].contains($0) ? .setting("use_qkv_bias") : .never },
    huggingFace: {
      var names = tensorNames
      names.queryNorm = "self_attn.q_layernorm.norms.*"
      names.keyNorm = "self_attn.k_layernorm.norms.*"
      return names
    }(), blockPath: "model.layers.")

  /// Where a GGUF file has norms of queries and keys, by weights of each head.
  mutating func findHeadNorms(_ hasTensor: (String) -> Bool) {
    let names = TensorNames.gguf
    if hasTensor(names.name(names.queryNorm, 0) + ".weight") { headNorms = .headAlone }
  }

  private mutating func makeParallel(_ isParallel: Bool) {
    self.isParallel = isParallel
    sharesNorm = isParallel
  }
}
