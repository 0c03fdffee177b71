import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Llama 1 to 3 and the many models that share its code, SmolLM2 among them (LlamaConfig of
  /// transformers 5.24). GGUF files have the pairs of q_proj and k_proj side by side.
  package static let llama = Architecture(
    name: "llama", ggufName: "llama", classes: ["LlamaForCausalLM", "LLaMAForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaSettings + llamaBiasSettings + [
      .init("rope_interleaved", .only([false])),
      .init("sliding_window", .only([nil])),
      .init("use_sliding_window", .only([false])),
    ],
    // Slices of `pretraining_tp` add up to the same products.
    // Falcon 3 names its activation twice.
    ignoredSettings: ["pretraining_tp", "is_llama_config", "activation"],
    norm: .rms, positions: .rotary, ggufPairing: .adjacent, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears(bias: llamaBias),
    huggingFace: tensorNames, blockPath: "model.layers.")

  /// What config.json says of every relative of Llama.
  static let llamaSettings: [KeyTable.Entry] = [.init("attention_dropout", .only([0, nil]))]

  static let llamaBiasSettings: [KeyTable.Entry] = [
    .init("attention_bias", .read(.bool)), .init("mlp_bias", .read(.bool)),
  ]

  /// The biases that those two keys switch on.
  static func llamaBias(_ role: LinearRole) -> Bias {
    role.isAttention ? .setting("attention_bias") : .setting("mlp_bias")
  }

  /// The linear layers of Llama and its relatives.
  ///
  /// - Parameter bias: which of them add one.
  static func linears(bias: (LinearRole) -> Bias = { _ in .never }) -> [LinearForm] {
    let forms: [(LinearRole, String, String)] = [
      (.query, "self_attn.q_proj", "attn_q"), (.key, "self_attn.k_proj", "attn_k"),
      (.value, "self_attn.v_proj", "attn_v"),
      (.attentionOutput, "self_attn.o_proj", "attn_output"),
      (.gate, "mlp.gate_proj", "ffn_gate"), (.up, "mlp.up_proj", "ffn_up"),
      (.down, "mlp.down_proj", "ffn_down"),
    ]
    return forms.map { role, path, gguf in
      LinearForm(role: role, path: path, gguf: gguf, bias: bias(role))
    }
  }

  /// What Hugging Face calls the other tensors of Llama and its relatives.
  static let tensorNames = TensorNames(
    embedding: "model.embed_tokens", finalNorm: "model.norm", head: "lm_head",
    block: "model.layers.", attentionNorm: "input_layernorm",
    feedForwardNorm: "post_attention_layernorm", queryNorm: "self_attn.q_norm",
    keyNorm: "self_attn.k_norm",
    harmless: [".rotary_emb.inv_freq", ".attention.masked_bias", ".self_attn.masked_bias"])
}
