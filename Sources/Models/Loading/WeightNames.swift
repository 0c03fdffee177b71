/// What a file format calls the tensors of a decoder.
struct WeightNames: Sendable {
  let embedding: String
  let finalNorm: String
  let head: String
  let attentionNorm: @Sendable (Int) -> String
  let feedForwardNorm: @Sendable (Int) -> String
  let linear: @Sendable (Int, TargetModule) -> String
  /// Tensors of other use that change nothing: constants that the configuration gives again.
  let isHarmless: @Sendable (String) -> Bool

  static let gguf = WeightNames(
    embedding: "token_embd.weight", finalNorm: "output_norm.weight", head: "output.weight",
    attentionNorm: { "blk.\($0).attn_norm.weight" },
    feedForwardNorm: { "blk.\($0).ffn_norm.weight" },
    linear: { $1.ggufName(layer: $0) }, isHarmless: { $0 == ropeFactors })

  static let huggingFace = WeightNames(
    embedding: "model.embed_tokens.weight", finalNorm: "model.norm.weight",
    head: "lm_head.weight",
    attentionNorm: { "model.layers.\($0).input_layernorm.weight" },
    feedForwardNorm: { "model.layers.\($0).post_attention_layernorm.weight" },
    linear: { $1.huggingFacePath(layer: $0) + ".weight" },
    isHarmless: { name in
      [".rotary_emb.inv_freq", ".attention.masked_bias", ".self_attn.masked_bias"].contains(
        where: name.hasSuffix)
    })

  /// Read beside the weights: the divisors of a GGUF file's rotary frequencies.
  static let ropeFactors = "rope_freqs.weight"

  /// Every tensor of a model of this configuration.
  func all(of configuration: ModelConfiguration) -> Set<String> {
    var names: Set = [embedding, finalNorm]
    if !configuration.tiesHead { names.insert(head) }
    for layer in 0..<configuration.layerCount {
      names.formUnion([attentionNorm(layer), feedForwardNorm(layer)])
      names.formUnion(TargetModule.allCases.map { linear(layer, $0) })
    }
    return names
  }
}
