import Checkpoints
import Files
import Tensors

extension Architecture {
  /// StarCoder 2 (arXiv 2402.19173): LayerNorm, biases, a feed-forward without a gate, and a window in its larger
  /// models (Starcoder2Config of transformers 5.24).
  package static let starCoder2 = Architecture(
    name: "starcoder2", ggufName: "starcoder2", classes: ["Starcoder2ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 2),
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "norm_epsilon", value: 1e-5)),
    settings: [
      .init("use_bias", .read(.bool)),
      .init("norm_type", .only(["layer_norm"])), .init("mlp_type", .only(["default"])),
    ],
    // Dropouts of pretraining, and of its first code.
    ignoredSettings: [
      "attention_dropout", "residual_dropout", "embedding_dropout", "activation_function",
      "attention_softmax_in_fp32", "scale_attention_softmax_in_fp32", "scale_attn_weights",
      "layer_norm_epsilon",
    ],
    norm: .layer, normHasBias: true, positions: .rotary, windows: .every(standard: nil),
    activation: .geluTanh, activationKey: "hidden_act", tiesHeadByDefault: true,
    linears: linears { _ in .setting("use_bias", else: true) }.filter {
      [.query, .key, .value, .attentionOutput].contains($0.role)
    } + [
      .init(role: .up, path: "mlp.c_fc", gguf: "ffn_up", bias: .setting("use_bias", else: true)),
      .init(
        role: .down, path: "mlp.c_proj", gguf: "ffn_down", bias: .setting("use_bias", else: true)),
    ],
    huggingFace: tensorNames, blockPath: "model.layers.")
}
