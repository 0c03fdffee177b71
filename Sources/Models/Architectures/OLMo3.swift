import Checkpoints
import Files
import Tensors

extension Architecture {
  /// OLMo 3 (Olmo3Config of transformers 5.24): OLMo 2 with a window, and turns of their own, in three layers of four.
  package static let olmo3 = Architecture(
    name: "olmo3", classes: ["Olmo3ForCausalLM"], keys: olmo2.keys,
    settings: olmo2.settings,
    norm: .rms, normPlacement: .after, headNorms: .token, positions: .rotary, ropeBase: 500_000,
    windowRopeBase: 500_000, windowRopeBaseKey: nil, windows: .pattern(period: 4),
    activation: .swiGLU, activationKey: "hidden_act", linears: olmo2.linears,
    huggingFace: olmo2.huggingFace, blockPath: "model.layers.")
}
