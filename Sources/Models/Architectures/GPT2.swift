import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GPT-2 (GPT2Config of transformers 5.24): LayerNorm, learned positions, one matrix for queries, keys and
  /// values. Its dropouts are those of pretraining and not applied here.
  package static let gpt2 = Architecture(
    name: "gpt2", ggufName: "gpt2", classes: ["GPT2LMHeadModel"],
    keys: ConfigurationNames(
      hidden: .init("n_embd", else: 768), layers: .init("n_layer", else: 12),
      heads: .init("n_head", else: 12), intermediate: .init("n_inner"), intermediateFactor: 4,
      vocabulary: .init("vocab_size", else: 50_257), context: .init("n_positions", else: 1024),
      normEpsilon: (name: "layer_norm_epsilon", value: 1e-5)),
    settings: [
      .init("scale_attn_weights", .read(.bool)),
      .init("scale_attn_by_inverse_layer_idx", .read(.bool)),
    ],
    ignoredSettings: [
      "n_ctx", "attn_pdrop", "embd_pdrop", "resid_pdrop", "reorder_and_upcast_attn",
      "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
      "summary_use_proj", "n_special", "predict_special_tokens",
    ],
    form: { family, config in
      family.scalesScores = config["scale_attn_weights"]?.bool ?? true
      family.dividesScoresByLayer = config["scale_attn_by_inverse_layer_idx"]?.bool ?? false
    },
    norm: .layer, normHasBias: true, positions: .learned, activation: .geluTanh,
    activationKey: "activation_function",
    tiesHeadByDefault: true,
    linears: [
      .init(
        role: .queryKeyValue, path: "attn.c_attn", gguf: "attn_qkv", bias: .always, isConv1D: true),
      .init(
        role: .attentionOutput, path: "attn.c_proj", gguf: "attn_output", bias: .always,
        isConv1D: true),
      .init(role: .up, path: "mlp.c_fc", gguf: "ffn_up", bias: .always, isConv1D: true),
      .init(role: .down, path: "mlp.c_proj", gguf: "ffn_down", bias: .always, isConv1D: true),
    ],
    huggingFace: TensorNames(
      embedding: "transformer.wte", positions: "transformer.wpe", finalNorm: "transformer.ln_f",
      head: "lm_head", block: "transformer.h.", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      harmless: [".attn.bias", ".attn.masked_bias"], optionalPrefix: "transformer."),
    blockPath: "transformer.h.")
}
