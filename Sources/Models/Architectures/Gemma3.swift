import Checkpoints
import Files
import Tensors

extension Architecture {
  /// The text decoder of Gemma 3 (arXiv 2503.19786): Gemma 2 with norms of each head's queries and keys in
  /// place of the caps, and a window with turns of its own in five layers of six (Gemma3TextConfig of
  /// transformers 5.24).
  package static let gemma3 = Architecture(
    name: "gemma3_text", ggufName: "gemma3", classes: ["Gemma3ForCausalLM"],
    keys: gemmaKeys(heads: 4, context: 131_072),
    settings: [
      .init("hidden_activation", .only(["gelu_pytorch_tanh"]))
    ] + gemmaSettings,
    // transformers writes the second and does not read it, and keeps the third without use.
    ignoredSettings: [
      "cache_implementation", "_sliding_window_pattern", "attn_logit_softcapping",
    ],
    norm: .rms, normOffset: 1, normPlacement: .beforeAndAfter, headNorms: .head,
    positions: .rotary, ropeBase: 1_000_000, windowRopeBase: 10_000,
    windows: .pattern(period: 6, key: "sliding_window_pattern"),
    scales: [
      .init("query_pre_attn_scalar", .attentionRoot, else: 256),
      .init("final_logit_softcapping", .logitCap, gguf: "final_logit_softcapping"),
    ],
    wideScoreLayers: 62, scalesEmbedding: true, activation: .geGLUTanh, tiesHeadByDefault: true,
    linears: gemmaLinears,
    huggingFace: gemmaNames, blockPath: "model.layers.")
}
