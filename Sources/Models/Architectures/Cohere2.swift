import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Command R7B and its successors: Cohere with a window in three layers of four, the others of which see no
  /// places (Cohere2Config of transformers 5.24).
  package static let cohere2 = Architecture(
    name: "cohere2", ggufName: "cohere2", classes: ["Cohere2ForCausalLM"], keys: cohereKeys,
    settings: cohereSettings,
    // Settings of its first code that transformers does not read.
    ignoredSettings: [
      "cache_implementation", "_sliding_window_pattern", "order_of_interleaved_layers",
      "position_embedding_type", "rotary_pct", "use_embedding_sharing", "use_gated_activation",
      "use_parallel_block", "use_parallel_embedding", "layer_switch",
    ],
    norm: .layer, isParallel: true, sharesNorm: true, positions: .rotary, turns: .windowed,
    pairing: .adjacent, ggufPairing: .adjacent,
    windows: .pattern(period: 4, key: "sliding_window_pattern"), scales: cohereScales,
    activation: .swiGLU, activationKey: "hidden_act", tiesHeadByDefault: true,
    linears: cohereLinears,
    huggingFace: tensorNames, blockPath: "model.layers.")
}
