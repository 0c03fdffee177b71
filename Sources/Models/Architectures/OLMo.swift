import Checkpoints
import Files
import Tensors

extension Architecture {
  /// OLMo (arXiv 2402.00838; OlmoConfig of transformers 5.24): Llama with LayerNorm that has no weights.
  package static let olmo = Architecture(
    name: "olmo", ggufName: "olmo", classes: ["OlmoForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: nil, value: 1e-5)),
    settings: llamaSettings + [
      .init("attention_bias", .read(.bool)), .init("clip_qkv", .only([nil])),
    ],
    ignoredSettings: ["pretraining_tp"],
    norm: .layer, normHasWeight: false, positions: .rotary, ggufPairing: .adjacent,
    activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears { $0.isAttention ? .setting("attention_bias") : .never },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
