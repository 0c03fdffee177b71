import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GLM-4 (GlmConfig of transformers 5.24): Llama with one matrix for the gate and what it gates, pairs side by
  /// side in half of each head, and biases of queries, keys and values.
  package static let glm = Architecture(
    name: "glm", classes: ["GlmForCausalLM"], keys: glmKeys,
    settings: glmSettings,
    norm: .rms, positions: .rotary, turnsPartOfHeads: true, turnedShare: 0.5, pairing: .adjacent,
    activation: .swiGLU, activationKey: "hidden_act", linears: glmLinears,
    huggingFace: tensorNames, blockPath: "model.layers.")

  static let glmKeys = ConfigurationNames(
    keyValueHeads: .init("num_key_value_heads", else: 2), head: "head_dim", headDefault: 128,
    context: .init("max_position_embeddings", else: 131_072),
    normEpsilon: (name: "rms_norm_eps", value: 1.5625e-7))
  static let glmSettings = llamaSettings + [.init("attention_bias", .read(.bool))]
  static let glmLinears =
    linears {
      [.query, .key, .value].contains($0) ? .setting("attention_bias", else: true) : .never
    }.filter { $0.role != .gate && $0.role != .up } + [
      .init(role: .gateUp, path: "mlp.gate_up_proj", gguf: "ffn_up")
    ]
}
