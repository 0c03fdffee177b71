import Checkpoints
import Files
import Tensors

extension Architecture {
  /// GLM-4-0414 (Glm4Config of transformers 5.24): GLM with norms before and after each sublayer.
  package static let glm4 = Architecture(
    name: "glm4", ggufName: "glm4", classes: ["Glm4ForCausalLM"], keys: glmKeys,
    settings: glmSettings,
    norm: .rms, normPlacement: .beforeAndAfter, positions: .rotary, turnsPartOfHeads: true,
    turnedShare: 0.5, pairing: .adjacent, ggufPairing: .adjacent, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: glmLinears,
    huggingFace: {
      var names = tensorNames
      names.afterAttentionNorm = "post_self_attn_layernorm"
      names.afterFeedForwardNorm = "post_mlp_layernorm"
      return names
    }(), blockPath: "model.layers.")
}
