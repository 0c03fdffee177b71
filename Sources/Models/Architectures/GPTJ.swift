import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GPT-J (GPTJConfig of transformers 5.24): parallel sublayers after one LayerNorm, turns of the first pairs of a head,
  /// which lie side by side. llama.cpp does not have it.
  package static let gptJ = Architecture(
    name: "gptj", classes: ["GPTJForCausalLM"],
    keys: ConfigurationNames(
      hidden: .init("n_embd", else: 4096), layers: .init("n_layer", else: 28),
      heads: .init("n_head", else: 16), intermediate: .init("n_inner"), intermediateFactor: 4,
      vocabulary: .init("vocab_size", else: 50_400), context: .init("n_positions", else: 2048),
      normEpsilon: (name: "layer_norm_epsilon", value: 1e-5)),
    settings: [
      .init("scale_attn_weights", .only([true])), .init("rotary", .only([true])),
    ],
    // Dropouts of pretraining, and heads of other tasks.
    ignoredSettings: [
      "attn_pdrop", "embd_pdrop", "resid_pdrop", "gradient_checkpointing", "summary_activation",
      "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj",
    ],
    norm: .layer, normHasBias: true, isParallel: true, sharesNorm: true, positions: .rotary,
    turnsPartOfHeads: true, turnedCount: .init("rotary_dim", else: 64), pairing: .adjacent,
    activation: .geluTanh, activationKey: "activation_function", headHasBias: true,
    linears: [
      .init(role: .query, path: "attn.q_proj", gguf: ""),
      .init(role: .key, path: "attn.k_proj", gguf: ""),
      .init(role: .value, path: "attn.v_proj", gguf: ""),
      .init(role: .attentionOutput, path: "attn.out_proj", gguf: ""),
      .init(role: .up, path: "mlp.fc_in", gguf: "", bias: .always),
      .init(role: .down, path: "mlp.fc_out", gguf: "", bias: .always),
    ],
    huggingFace: TensorNames(
      embedding: "transformer.wte", finalNorm: "transformer.ln_f", head: "lm_head",
      block: "transformer.h.", attentionNorm: "ln_1",
      harmless: [".attn.bias", ".attn.masked_bias", ".attn.embed_positions"]),
    blockPath: "transformer.h.")
}
