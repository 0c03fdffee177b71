import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Gemma: norms by 1 + w, embeddings times the root of the hidden size, GEGLU (GemmaConfig of transformers
  /// 5.24).
  package static let gemma = Architecture(
    name: "gemma", ggufName: "gemma", classes: ["GemmaForCausalLM"], keys: gemmaKeys(heads: 16),
    settings: [
      // An old name: the first files said "gelu" and meant the one with tanh.
      .init("hidden_act", .only(["gelu", "gelu_pytorch_tanh"])),
      .init("hidden_activation", .only([nil, "gelu_pytorch_tanh"])),
    ] + gemmaSettings,
    norm: .rms, normOffset: 1, positions: .rotary, scalesEmbedding: true, activation: .geGLUTanh,
    tiesHeadByDefault: true, linears: gemmaLinears, huggingFace: tensorNames,
    blockPath: "model.layers.")

  /// What config.json calls the sizes of Gemma and its successors.
  static func gemmaKeys(heads: Int, context: Int = 8192) -> ConfigurationNames {
    ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: heads), head: "head_dim", headDefault: 256,
      context: .init("max_position_embeddings", else: context),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6))
  }

  static let gemmaSettings: [KeyTable.Entry] = [
    .init("attention_bias", .read(.bool)),
    .init("attention_dropout", .only([0, nil])),
    .init("use_bidirectional_attention", .only([nil, false])),
  ]

  static let gemmaLinears = linears { $0.isAttention ? .setting("attention_bias") : .never }

  /// What Hugging Face calls the other tensors of Gemma 2 and 3.
  static let gemmaNames: TensorNames = {
    var names = tensorNames
    names.feedForwardNorm = "pre_feedforward_layernorm"
    names.afterAttentionNorm = "post_attention_layernorm"
    names.afterFeedForwardNorm = "post_feedforward_layernorm"
    return names
  }()
}
