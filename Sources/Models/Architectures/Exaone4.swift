import Checkpoints
import Files
import Tensors

extension Architecture {
  /// EXAONE 4 (arXiv 2507.11407): OLMo 2 with norms of each head, and in its larger models a window in three layers
  /// of four, the others of which see no places (Exaone4Config of transformers 5.24).
  package static let exaone4 = Architecture(
    name: "exaone4", ggufName: "exaone4", classes: ["Exaone4ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 32), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "rms_norm_eps", value: 1e-5)),
    settings: llamaSettings,
    norm: .rms, normPlacement: .after, headNorms: .head, positions: .rotary, turns: .windowedIfAny,
    windows: .pattern(period: 4, key: "sliding_window_pattern"), activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears(),
    huggingFace: TensorNames(
      embedding: "model.embed_tokens", finalNorm: "model.norm", head: "lm_head",
      block: "model.layers.", afterAttentionNorm: "post_attention_layernorm",
      afterFeedForwardNorm: "post_feedforward_layernorm", queryNorm: "self_attn.q_norm",
      keyNorm: "self_attn.k_norm", harmless: [".rotary_emb.inv_freq"]),
    blockPath: "model.layers.")
}
