import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Command R and Aya: parallel sublayers after one LayerNorm without bias, pairs side by side, and a factor of
  /// the logits; in Command R+ norms of each head's queries and keys, by weights of its own (CohereConfig of
  /// transformers 5.24).
  package static let cohere = Architecture(
    name: "cohere", ggufName: "command-r", classes: ["CohereForCausalLM"], keys: cohereKeys,
    settings: cohereSettings + [.init("use_qk_norm", .read(.bool, allowsNull: true))],
    ignoredSettings: ["pretraining_tp"],
    form: { if $1["use_qk_norm"]?.bool == true { $0.headNorms = .headAlone } },
    ggufForm: { family, _, hasTensor in family.findHeadNorms(hasTensor) },
    forms: [["use_qk_norm": false], ["use_qk_norm": true]],
    norm: .layer, isParallel: true, sharesNorm: true, positions: .rotary, ropeBase: 500_000,
    pairing: .adjacent,
    ggufPairing: .adjacent, scales: cohereScales, activation: .swiGLU, activationKey: "hidden_act",
    tiesHeadByDefault: true,
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
