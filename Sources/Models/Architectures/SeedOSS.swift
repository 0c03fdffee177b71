import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Seed-OSS (SeedOssConfig of transformers 5.24): Llama with a switch of its own for the bias of attention's output.
  package static let seedOSS = Architecture(
    name: "seed_oss", ggufName: "seed_oss", classes: ["SeedOssForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 8), head: "head_dim", headDefault: 128,
      context: .init("max_position_embeddings", else: 524_288),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaBiasSettings + [.init("attention_out_bias", .read(.bool))],
    // Dropouts of pretraining.
    ignoredSettings: ["pretraining_tp", "attention_dropout", "residual_dropout"],
    norm: .rms, positions: .rotary, activation: .swiGLU, activationKey: "hidden_act",
    linears: linears {
      switch $0 {
      case .query, .key, .value: .setting("attention_bias", else: true)
      case .attentionOutput: .setting("attention_out_bias")
      default: .setting("mlp_bias")
      }
    },
    huggingFace: tensorNames,
    ggufNames: {
      var names = TensorNames.gguf
      names.feedForwardNorm = names.afterAttentionNorm
      names.afterAttentionNorm = ""
      return names
    }(), blockPath: "model.layers.")
}
