import Checkpoints
import Files
import Tensors

extension Architecture {
  /// Phi 1 to 2: parallel sublayers after one LayerNorm, biases everywhere, turns of half of each head (PhiConfig of
  /// transformers 5.24).
  package static let phi = Architecture(
    name: "phi", ggufName: "phi2", classes: ["PhiForCausalLM"],
    keys: ConfigurationNames(
      keyValueHeads: .init("num_key_value_heads"), head: "head_dim",
      context: .init("max_position_embeddings", else: 2048),
      normEpsilon: (name: "layer_norm_eps", value: 1e-5)),
    settings: [
      .init("attention_dropout", .only([0, nil])), .init("qk_layernorm", .read(.bool)),
    ],
    // Dropouts of pretraining.
    ignoredSettings: ["resid_pdrop", "embd_pdrop"],
    form: { if $1["qk_layernorm"]?.bool == true { $0.headNorms = .head } },
    norm: .layer, normHasBias: true, isParallel: true, sharesNorm: true, positions: .rotary,
    turnsPartOfHeads: true, turnedShare: 0.5, activation: .geluTanh, activationKey: "hidden_act",
    headHasBias: true,
    linears: [
      .init(role: .query, path: "self_attn.q_proj", gguf: "attn_q", bias: .always),
      .init(role: .key, path: "self_attn.k_proj", gguf: "attn_k", bias: .always),
      .init(role: .value, path: "self_attn.v_proj", gguf: "attn_v", bias: .always),
      .init(role: .attentionOutput, path: "self_attn.dense", gguf: "attn_output", bias: .always),
      .init(role: .up, path: "mlp.fc1", gguf: "ffn_up", bias: .always),
      .init(role: .down, path: "mlp.fc2", gguf: "ffn_down", bias: .always),
    ],
    huggingFace: TensorNames(
      embedding: "model.embed_tokens", finalNorm: "model.final_layernorm", head: "lm_head",
      block: "model.layers.", attentionNorm: "input_layernorm",
      queryNorm: "self_attn.q_layernorm", keyNorm: "self_attn.k_layernorm",
      harmless: [".rotary_emb.inv_freq"]),
    blockPath: "model.layers.")
}
