import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Helium (HeliumConfig of transformers 5.24): Llama with pairs side by side and an output of attention that never
  /// adds a bias. llama.cpp does not have it.
  package static let helium = Architecture(
    name: "helium", classes: ["HeliumForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 20), head: "head_dim", headDefault: 128,
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "rms_norm_eps", value: 1e-8)),
    settings: llamaSettings + llamaBiasSettings,
    norm: .rms, positions: .rotary, ropeBase: 100_000, pairing: .adjacent, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears { $0 == .attentionOutput ? .never : llamaBias($0) },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
