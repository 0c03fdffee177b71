import Checkpoints
import Files
import Tensors

extension Architecture {
  /// OPT (arXiv 2205.01068; OPTConfig of transformers 5.24): learned positions after two rows that padding had, ReLU.
  /// OPT-350m norms the stream after each sublayer, and its embedding is narrower than its blocks. llama.cpp does not
  /// have it.
  package static let opt = Architecture(
    name: "opt", classes: ["OPTForCausalLM"],
    keys: ConfigurationNames(
      hidden: .init("hidden_size", else: 768),
      layers: .init("num_hidden_layers", else: 12),
      heads: .init("num_attention_heads", else: 12), intermediate: .init("ffn_dim", else: 3072),
      vocabulary: .init("vocab_size", else: 50_272),
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: nil, value: 1e-5)),
    settings: [
      .init("word_embed_proj_dim", .read(.integer(KeyTable.sizes), allowsNull: true)),
      .init("do_layer_norm_before", .read(.bool)), .init("_remove_final_layer_norm", .read(.bool)),
      .init("layer_norm_elementwise_affine", .read(.bool)),
      .init("enable_bias", .read(.bool)), .init("attention_dropout", .only([0, nil])),
      // Galactica's, which transformers does not read.
      .init("learned_embeddings", .only([true])), .init("scale_embeddings", .only([false])),
      // What a pipeline of transformers puts before each prompt.
      .init("prefix", .only(["</s>", "", nil])),
    ],
    // Dropouts and weights of pretraining.
    ignoredSettings: ["dropout", "activation_dropout", "layerdrop", "init_std"],
    form: { $0.takeForm($1) },
    norm: .layer, normHasBias: true, positions: .learned, positionOffset: 2, activation: .relu,
    activationKey: "activation_function", tiesHeadByDefault: true,
    linears: [
      (.query, "self_attn.q_proj"), (.key, "self_attn.k_proj"), (.value, "self_attn.v_proj"),
      (.attentionOutput, "self_attn.out_proj"), (.up, "fc1"), (.down, "fc2"),
    ].map { .init(role: $0, path: $1, gguf: "", bias: .setting("enable_bias", else: true)) },
    huggingFace: TensorNames(
      embedding: "model.decoder.embed_tokens", positions: "model.decoder.embed_positions",
      inputProjection: "model.decoder.project_in", outputProjection: "model.decoder.project_out",
      finalNorm: "model.decoder.final_layer_norm", head: "lm_head", block: "model.decoder.layers.",
      attentionNorm: "self_attn_layer_norm", feedForwardNorm: "final_layer_norm",
      optionalPrefix: "model."),
    blockPath: "model.decoder.layers.")

  private mutating func takeForm(_ config: JSONObject) {
    let isBefore = config["do_layer_norm_before"]?.bool ?? true
    normsOutput = isBefore && config["_remove_final_layer_norm"]?.bool != true
    embeddingWidth = config["word_embed_proj_dim"]?.int
    normHasWeight = config["layer_norm_elementwise_affine"]?.bool ?? true
    normHasBias = normHasWeight
    guard !isBefore else { return }
    normPlacement = .afterSum
    huggingFace.afterAttentionNorm = huggingFace.attentionNorm
    huggingFace.afterFeedForwardNorm = huggingFace.feedForwardNorm
  }
}
