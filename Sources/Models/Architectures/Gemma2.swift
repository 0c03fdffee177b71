import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Gemma 2 (arXiv 2408.00118): Gemma with norms on both sides of its sublayers, caps of scores and logits,
  /// and a window in every second layer (Gemma2Config of transformers 5.24).
  package static let gemma2 = Architecture(
    name: "gemma2", ggufName: "gemma2", classes: ["Gemma2ForCausalLM"], keys: gemmaKeys(heads: 4),
    settings: [
      .init("hidden_activation", .only(["gelu_pytorch_tanh"])),
      .init("hidden_act", .only(["gelu_pytorch_tanh"])),
    ] + gemmaSettings,
    // Written by old versions, and obeyed by none.
    ignoredSettings: ["cache_implementation", "sliding_window_size"],
    norm: .rms, normOffset: 1, normPlacement: .beforeAndAfter, positions: .rotary,
    windows: .pattern(period: 2, ggufStandard: 4096),
    scales: [
      .init("query_pre_attn_scalar", .attentionRoot, else: 256),
      .init("attn_logit_softcapping", .attentionCap, else: 50, gguf: "attn_logit_softcapping"),
      .init("final_logit_softcapping", .logitCap, else: 30, gguf: "final_logit_softcapping"),
    ],
    wideScoreLayers: 46, scalesEmbedding: true, activation: .geGLUTanh, tiesHeadByDefault: true,
    linears: gemmaLinears,
    huggingFace: gemmaNames, blockPath: "model.layers.")
}
