import Checkpoints
import Files
import Tensors

extension Architecture {
  /// BLOOM (arXiv 2211.05100): scores that fall with the distance in place of positions, a norm of the embedding, one
  /// matrix that has the query, key and value of a head together (BloomConfig of transformers 5.24).
  package static let bloom = Architecture(
    name: "bloom", ggufName: "bloom", classes: ["BloomForCausalLM"],
    keys: ConfigurationNames(
      hidden: .init("hidden_size", else: 64, or: "n_embed"),
      layers: .init("n_layer", else: 2, or: "num_hidden_layers"),
      heads: .init("n_head", else: 8, or: "num_attention_heads"),
      intermediate: .init("n_inner"), intermediateFactor: 4,
      vocabulary: .init("vocab_size", else: 250_880), context: .init("seq_length", else: 2048),
      normEpsilon: (name: "layer_norm_epsilon", value: 1e-5)),
    settings: [
      .init("apply_residual_connection_post_layernorm", .only([false]))
    ],
    // Dropouts of pretraining, and how products were split then; slices add up to the same.
    ignoredSettings: [
      "hidden_dropout", "attention_dropout", "pretraining_tp", "slow_but_exact",
      "attention_softmax_in_fp32", "bias_dropout_fusion", "masked_softmax_fusion", "offset_alibi",
      "skip_bias_add", "skip_bias_add_qkv", "unk_token_id",
    ],
    ggufSettings: [.init("attention.max_alibi_bias", .only([8.0]))],
    norm: .layer, normHasBias: true, normsEmbedding: true, positions: .linearBiases(.distances),
    activation: .geluTanh, tiesHeadByDefault: true,
    linears: [
      (.queryKeyValue, "self_attention.query_key_value", "attn_qkv"),
      (.attentionOutput, "self_attention.dense", "attn_output"),
      (.up, "mlp.dense_h_to_4h", "ffn_up"), (.down, "mlp.dense_4h_to_h", "ffn_down"),
    ].map { .init(role: $0, path: $1, gguf: $2, bias: .always) },
    fusion: .byGroup,
    huggingFace: TensorNames(
      embedding: "transformer.word_embeddings",
      embeddingNorm: "transformer.word_embeddings_layernorm", finalNorm: "transformer.ln_f",
      head: "lm_head", block: "transformer.h.", attentionNorm: "input_layernorm",
      feedForwardNorm: "post_attention_layernorm", optionalPrefix: "transformer."),
    blockPath: "transformer.h.")
}
