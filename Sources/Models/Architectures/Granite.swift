import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Granite 3: Llama with constants that embeddings, scores, sublayers and logits are multiplied by
  /// (GraniteConfig of transformers 5.24). Its GGUF files have the pairs of q_proj and k_proj side by side.
  package static let granite = Architecture(
    name: "granite", ggufName: "granite", classes: ["GraniteForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaBiasSettings,
    // A dropout of pretraining.
    ignoredSettings: ["attention_dropout"],
    norm: .rms, positions: .rotary, ggufPairing: .adjacent,
    scales: [
      .init("embedding_multiplier", .embedding, else: 1, gguf: "embedding_scale"),
      .init("attention_multiplier", .attention, else: 1, gguf: "attention.scale"),
      .init("residual_multiplier", .residual, else: 1, gguf: "residual_scale"),
      .init("logits_scaling", .logitDivisor, else: 1, gguf: "logit_scale"),
    ],
    activation: .swiGLU, activationKey: "hidden_act",
    linears: linears(bias: llamaBias),
    huggingFace: tensorNames, blockPath: "model.layers.")
}
