import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Qwen2 and Qwen2.5: Llama with biases of queries, keys and values (Qwen2Config of transformers 5.24).
  package static let qwen2 = Architecture(
    name: "qwen2", classes: ["Qwen2ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 32), head: "head_dim",
      context: .init("max_position_embeddings", else: 32_768),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: [
      .init("hidden_act", .only(["silu", "swish"])),
      .init("attention_dropout", .only([0, nil])),
      .init("use_sliding_window", .only([false])),
      .init("use_mrope", .only([false])),
      .init("layer_types", .read(.words(["full_attention"]), allowsNull: true)),
    ],
    // Said of windows, which `use_sliding_window` turns on.
    ignoredSettings: ["sliding_window", "max_window_layers"],
    norm: .rms, positions: .rotary, activation: .swiGLU,
    linears: linears(biased: [.query, .key, .value]), huggingFace: tensorNames,
    blockPath: "model.layers.")
}
