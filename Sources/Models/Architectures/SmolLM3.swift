import Checkpoints
import Files
import Tensors

extension Architecture {
  /// SmolLM3: Llama in which every fourth layer sees no places (SmolLM3Config of transformers 5.24).
  package static let smolLM3 = Architecture(
    name: "smollm3", ggufName: "smollm3", classes: ["SmolLM3ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 4), head: "head_dim",
      context: .init("max_position_embeddings", else: 32_768),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    // Its files name windows and have none.
    settings: llamaSettings + llamaBiasSettings + [
      .init("use_sliding_window", .only([false])),
      .init("layer_types", .read(.words(["full_attention"]), allowsNull: true)),
    ],
    ignoredSettings: ["pretraining_tp", "sliding_window", "max_window_layers"],
    norm: .rms, positions: .rotary, ropeBase: 2_000_000, unturnedEvery: 4, ggufPairing: .adjacent,
    activation: .swiGLU, activationKey: "hidden_act", tiesHeadByDefault: true,
    linears: linears(bias: llamaBias),
    huggingFace: tensorNames, blockPath: "model.layers.")
}
