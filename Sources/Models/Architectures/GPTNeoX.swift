import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GPT-NeoX and Pythia (GPTNeoXConfig of transformers 5.24): parallel sublayers with norms of their own, biases, one
  /// matrix that has the query, key and value of a head together, turns of a quarter of it.
  package static let gptNeoX = Architecture(
    name: "gpt_neox", ggufName: "gptneox", classes: ["GPTNeoXForCausalLM"],
    keys: ConfigurationNames(
      hidden: .init("hidden_size", else: 6144), layers: .init("num_hidden_layers", else: 44),
      heads: .init("num_attention_heads", else: 64),
      intermediate: .init("intermediate_size", else: 24_576),
      vocabulary: .init("vocab_size", else: 50_432),
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "layer_norm_eps", value: 1e-5)),
    settings: [
      .init("use_parallel_residual", .read(.bool)), .init("attention_bias", .read(.bool)),
    ],
    // Dropouts of pretraining.
    ignoredSettings: [
      "attention_dropout", "hidden_dropout", "classifier_dropout", "attention_probs_dropout_prob",
      "hidden_dropout_prob",
    ],
    ggufSettings: [.init("use_parallel_residual", .read(.bool))],
    form: { $0.isParallel = $1["use_parallel_residual"]?.bool ?? true },
    ggufForm: { family, metadata, _ in
      family.isParallel = metadata["gptneox.use_parallel_residual"]?.json.bool ?? true
    },
    forms: [["use_parallel_residual": true], ["use_parallel_residual": false]],
    norm: .layer, normHasBias: true, positions: .rotary, ropeBaseKey: "rotary_emb_base",
    turnsPartOfHeads: true, turnedShareKey: "rotary_pct", turnedShare: 0.25, activation: .gelu,
    activationKey: "hidden_act",
    linears: [
      .init(
        role: .queryKeyValue, path: "attention.query_key_value", gguf: "attn_qkv",
        bias: .setting("attention_bias", else: true)),
      .init(
        role: .attentionOutput, path: "attention.dense", gguf: "attn_output",
        bias: .setting("attention_bias", else: true)),
      .init(role: .up, path: "mlp.dense_h_to_4h", gguf: "ffn_up", bias: .always),
      .init(role: .down, path: "mlp.dense_4h_to_h", gguf: "ffn_down", bias: .always),
    ],
    fusion: .byGroup,
    huggingFace: TensorNames(
      embedding: "gpt_neox.embed_in", finalNorm: "gpt_neox.final_layer_norm", head: "embed_out",
      block: "gpt_neox.layers.", attentionNorm: "input_layernorm",
      feedForwardNorm: "post_attention_layernorm",
      harmless: [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"]),
    blockPath: "gpt_neox.layers.")
}
