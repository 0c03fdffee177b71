import Checkpoints
import Files
import Tensors

extension Architecture {
  /// ERNIE 4.5 without experts (Ernie4_5Config of transformers 5.24): Llama with pairs side by side.
  package static let ernie45 = Architecture(
    name: "ernie4_5", ggufName: "ernie4_5", classes: ["Ernie4_5ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 2), head: "head_dim", headDefault: 128,
      context: .init("max_position_embeddings", else: 131_072),
      normEpsilon: (name: "rms_norm_eps", value: 1e-5)),
    settings: [.init("use_bias", .read(.bool))],
    norm: .rms, positions: .rotary, ropeBase: 500_000, pairing: .adjacent,
    ggufPairing: .adjacent, activation: .swiGLU,
    activationKey: "hidden_act", tiesHeadByDefault: true,
    linears: linears { _ in .setting("use_bias") },
    huggingFace: tensorNames, blockPath: "model.layers.")
}
