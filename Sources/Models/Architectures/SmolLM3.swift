import Checkpoints
import Files
import Tensors

extension Architecture {
  /// SmolLM3: Llama in which every fourth layer sees no places (SmolLM3Config of transformers 5.24).
  package static let smolLM3 = Architecture(
    name: "smollm3", classes: ["SmolLM3ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 4),
      context: .init("max_position_embeddings", else: 32_768),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: [
      .init("hidden_act", .only(["silu", "swish"])),
      .init("attention_bias", .read(.bool)),
      .init("mlp_bias", .read(.bool)),
      .init("attention_dropout", .only([0, nil])),
    ],
    ignoredSettings: ["pretraining_tp"],
    norm: .rms, positions: .rotary, ropeBase: 2_000_000, unturnedEvery: 4, windows: .switched,
    activation: .swiGLU, tiesHeadByDefault: true,
    linears: linears { $0.isAttention ? .setting("attention_bias") : .setting("mlp_bias") },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
