import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Phi 3 and 4: Llama with one matrix for queries, keys and values, and one for the gate and what it gates
  /// (Phi3Config of transformers 5.24).
  package static let phi3 = Architecture(
    name: "phi3", ggufName: "phi3", classes: ["Phi3ForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 4096),
      normEpsilon: (name: "rms_norm_eps", value: 1e-5)),
    settings: llamaSettings
      + ["attention_bias", "mlp_bias", "lm_head_bias"].map { .init($0, .only([false])) },
    // Dropouts of pretraining, and what transformers does not read.
    ignoredSettings: ["resid_pdrop", "embd_pdrop", "full_attn_mod", "interpolate_factor"],
    norm: .rms, positions: .rotary,
    originalContext: 4096,
    // transformers reads no other, and the old names as the new one.
    ropeTypes: [
      "default": "default", "longrope": "longrope", "su": "longrope", "yarn": "longrope",
    ], turnsPartOfHeads: true, windows: .every(standard: nil),
    activation: .swiGLU, activationKey: "hidden_act",
    linears: [
      .init(role: .queryKeyValue, path: "self_attn.qkv_proj", gguf: "attn_qkv"),
      .init(role: .attentionOutput, path: "self_attn.o_proj", gguf: "attn_output"),
      .init(role: .gateUp, path: "mlp.gate_up_proj", gguf: "ffn_up"),
      .init(role: .down, path: "mlp.down_proj", gguf: "ffn_down"),
    ],
    huggingFace: tensorNames, blockPath: "model.layers.")
}
