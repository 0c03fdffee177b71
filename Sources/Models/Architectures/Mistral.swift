import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Mistral 7B and its relatives: Llama whose tokens may see the last ones only (MistralConfig of transformers
  /// 5.24). Its GGUF files are those of Llama.
  package static let mistral = Architecture(
    name: "mistral", ggufRelative: "llama", classes: ["MistralForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads", else: 8), head: "head_dim",
      context: .init("max_position_embeddings", else: 131_072),
      normEpsilon: (name: "rms_norm_eps", value: 1e-6)),
    settings: llamaSettings,
    norm: .rms, positions: .rotary, windows: .every(standard: 4096), activation: .swiGLU,
    activationKey: "hidden_act",
    linears: linears(),
    huggingFace: tensorNames, blockPath: "model.layers.")
}
