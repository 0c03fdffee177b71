import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Qwen2 and Qwen2.5: Llama with biases of queries, keys and values (Qwen2Config of transformers 5.24).
  package static let qwen2 = Architecture(
    name: "qwen2", ggufName: "qwen2", classes: ["Qwen2ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 32), head: "head_dim",
      context: .init("max_position_embeddings", else: 32_768),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaSettings + [.init("use_mrope", .only([false]))],
    norm: .rms, positions: .rotary, windows: .switched, activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears { [.query, .key, .value].contains($0) ? .always : .never },
    huggingFace: tensorNames,
    blockPath: "model.layers.")
}
