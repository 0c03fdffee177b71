import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Nemotron and Minitron (NemotronConfig of transformers 5.24): LayerNorm by 1 + w, turns of half of each head, and a
  /// feed-forward without a gate that squares ReLU.
  package static let nemotron = Architecture(
    name: "nemotron", ggufName: "nemotron", classes: ["NemotronForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "norm_eps", value: 1e-5)),
    settings: llamaSettings + llamaBiasSettings,
    norm: .layer, normHasBias: true, normOffset: 1, positions: .rotary, turnsPartOfHeads: true,
    turnedShare: 0.5, activation: .squaredReLU, activationKey: "hidden_act",
    linears: linears(bias: llamaBias).filter { $0.role != .gate },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
