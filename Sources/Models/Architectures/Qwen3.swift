import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Qwen3: Llama with norms of each head's queries and keys (Qwen3Config of transformers 5.24).
  package static let qwen3 = Architecture(
    name: "qwen3", ggufName: "qwen3", classes: ["Qwen3ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 32), head: "head_dim", headDefault: 128,
      context: .init("max_position_embeddings", else: 32_768),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaSettings + [.init("attention_bias", .read(.bool))],
    norm: .rms, headNorms: .head, positions: .rotary, windows: .switched, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears { $0.isAttention ? .setting("attention_bias") : .never },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
