import Checkpoints
import Files
import Tensors

extension Architecture {
  /// OLMo 2 (arXiv 2501.00656): Llama whose norms come after its sublayers, with norms of all of a token's queries
  /// and keys (Olmo2Config of transformers 5.24).
  package static let olmo2 = Architecture(
    name: "olmo2", ggufName: "olmo2", classes: ["Olmo2ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "rms_norm_eps", value: 1e-5)),
    settings: llamaSettings + [.init("attention_bias", .read(.bool))],
    norm: .rms, normPlacement: .after, headNorms: .token, positions: .rotary, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears { $0.isAttention ? .setting("attention_bias") : .never },
    huggingFace: TensorNames(
      embedding: "model.embed_tokens", finalNorm: "model.norm", head: "lm_head",
      block: "model.layers.", afterAttentionNorm: "post_attention_layernorm",
      afterFeedForwardNorm: "post_feedforward_layernorm", queryNorm: "self_attn.q_norm",
      keyNorm: "self_attn.k_norm", harmless: [".rotary_emb.inv_freq"]),
    blockPath: "model.layers.")
}
