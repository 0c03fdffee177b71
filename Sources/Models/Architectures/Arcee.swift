import Checkpoints
import Files
import Tensors

extension Architecture {
  /// AFM (ArceeConfig of transformers 5.24): Llama whose feed-forward has no gate and squares ReLU.
  package static let arcee = Architecture(
    name: "arcee", ggufName: "arcee", classes: ["ArceeForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "rms_norm_eps", value: 1e-5)),
    settings: llamaSettings + llamaBiasSettings,
    norm: .rms, positions: .rotary, ggufPairing: .adjacent, activation: .squaredReLU,
    activationKey: "hidden_act",
    linears: linears(bias: llamaBias).filter { $0.role != .gate },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
