import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Command R and Aya: parallel sublayers after one LayerNorm without bias, pairs side by side, and a factor of
  /// the logits (CohereConfig of transformers 5.24).
  package static let cohere = Architecture(
    name: "cohere", ggufName: "command-r", classes: ["CohereForCausalLM"], keys: cohereKeys,
    settings: cohereSettings + [.init("use_qk_norm", .only([false, nil]))],
    ignoredSettings: ["pretraining_tp"],
    norm: .layer, isParallel: true, sharesNorm: true, positions: .rotary, ropeBase: 500_000,
    pairing: .adjacent,
    ggufPairing: .adjacent, scales: cohereScales, activation: .swiGLU, tiesHeadByDefault: true,
    linears: cohereLinears, huggingFace: tensorNames, blockPath: "model.layers.")

  static let cohereKeys = ConfigurationNames(
    keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
    context: .init("max_position_embeddings", else: 8192),
    normEpsilon: (name: "layer_norm_eps", value: 1e-5))
  static let cohereSettings = llamaSettings + [.init("attention_bias", .read(.bool))]
  static let cohereScales = [
    ScaleKey("logit_scale", .logitFactor, else: 0.0625, gguf: "logit_scale")
  ]
  static let cohereLinears = linears { $0.isAttention ? .setting("attention_bias") : .never }
}
