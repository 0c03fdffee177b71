import Files

/// The row of an embedding that transformers gives no gradient (`padding_idx` of torch's Embedding): that of
/// `pad_token_id`, in training steps where the token stands for itself as well.
extension Architecture {
  /// Families whose embedding has no such row.
  private static let withoutPadding = [gpt2, gptNeoX, gptJ, falcon, bloom].map(\.name)

  /// What transformers has for a key that is missing, where that is a token.
  private static let paddingTokens: [(token: Int, families: [Architecture])] = [
    (0, [gemma, gemma2, gemma3, cohere, cohere2, ernie45]),
    (1, [olmo, olmo2, olmo3, opt, seedOSS]),
    (3, [helium]), (32_000, [phi3]), (128_004, [smolLM3]), (151_329, [glm, glm4]),
  ]

  /// The token of the row; nil where there is none.
  func paddingToken(_ config: JSONObject, vocabulary: Int) -> Int? {
    guard !Self.withoutPadding.contains(name) else { return nil }
    let standard = Self.paddingTokens.first { $0.families.contains { $0.name == name } }?.token
    guard let token = config["pad_token_id"].map(\.int) ?? standard else { return nil }
    // torch counts from the end
    let row = token < 0 ? vocabulary + token : token
    return (0..<vocabulary).contains(row) ? row : nil
  }
}
