import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Falcon (FalconConfig of transformers 5.24): queries of a group and its key and value in one matrix; the first models
  /// share one key and value among all heads, the later ones have parallel sublayers with a norm each. Some have ALiBi in
  /// place of turns, which llama.cpp does not have for them.
  package static let falcon = Architecture(
    name: "falcon", ggufName: "falcon", classes: ["FalconForCausalLM"],
    keys: ConfigurationNames(
      hidden: .init("hidden_size", else: 4544), layers: .init("num_hidden_layers", else: 32),
      heads: .init("num_attention_heads", else: 71), keyValueHeads: .init("num_kv_heads"),
      intermediate: .init("ffn_hidden_size"), intermediateFactor: 4,
      vocabulary: .init("vocab_size", else: 65_024),
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "layer_norm_epsilon", value: 1e-5)),
    settings: [
      .init("alibi", .read(.bool, allowsNull: true)), .init("bias", .read(.bool)),
      .init("multi_query", .read(.bool)), .init("new_decoder_architecture", .read(.bool)),
      .init("parallel_attn", .read(.bool)),
      .init("num_ln_in_parallel_attn", .read(.integer(1...2), allowsNull: true)),
    ],
    // Dropouts of pretraining, and what transformers does not read.
    ignoredSettings: [
      "hidden_dropout", "attention_dropout", "ff_factor",
      "apply_residual_connection_post_layernorm",
    ],
    form: { $0.takeForm($1) },
    ggufForm: { family, _, hasTensor in
      family.sharesNorm = !hasTensor("blk.0.attn_norm_2.weight")
      if family.sharesNorm { return }
      family.ggufNames.attentionNorm = "attn_norm_2"
      family.ggufNames.feedForwardNorm = "attn_norm"
    },
    forms: [
      ["new_decoder_architecture": false, "multi_query": true],
      ["new_decoder_architecture": false, "multi_query": false],
      ["new_decoder_architecture": true, "num_ln_in_parallel_attn": 2],
      ["new_decoder_architecture": true, "num_ln_in_parallel_attn": 1],
    ],
    norm: .layer, normHasBias: true, isParallel: true, sharesNorm: true, positions: .rotary,
    activation: .gelu, activationKey: "activation", tiesHeadByDefault: true,
    linears: [
      (.queryKeyValue, "self_attention.query_key_value", "attn_qkv"),
      (.attentionOutput, "self_attention.dense", "attn_output"),
      (.up, "mlp.dense_h_to_4h", "ffn_up"), (.down, "mlp.dense_4h_to_h", "ffn_down"),
    ].map { .init(role: $0, path: $1, gguf: $2, bias: .setting("bias")) },
    fusion: .byGroup,
    huggingFace: TensorNames(
      embedding: "transformer.word_embeddings", finalNorm: "transformer.ln_f", head: "lm_head",
      block: "transformer.h.", attentionNorm: "input_layernorm",
      feedForwardNorm: "post_attention_layernorm", harmless: [".rotary_emb.inv_freq"]),
    blockPath: "transformer.h.")

  private mutating func takeForm(_ config: JSONObject) {
    if config["alibi"]?.bool == true { positions = .linearBiases(.roundedPlaces) }
    let isNew = config["new_decoder_architecture"]?.bool ?? false
    isParallel = isNew || config["parallel_attn"]?.bool ?? true
    sharesNorm = isParallel
    guard isNew else {
      keys.fixedKeyValueHeads = config["multi_query"]?.bool ?? true ? 1 : nil
      // As many as heads, whatever the key says.
      keys.keyValueHeads = nil
      return
    }
    sharesNorm = config["num_ln_in_parallel_attn"]?.int == 1
    if sharesNorm { return }
    huggingFace.attentionNorm = "ln_attn"
    huggingFace.feedForwardNorm = "ln_mlp"
  }
}
