/// Turns text into token ids; what rendering of conversations needs of a tokenizer.
package protocol TextEncoder: Sendable {
  /// - Parameters:
  ///   - text: any text.
  ///   - parseSpecial: whether the names of special tokens in the text become those tokens; else
  ///     they are spelled out like any other text.
  func encode(_ text: String, parseSpecial: Bool) -> [Int32]

  /// The names of special tokens that stand in `text`, each once, in the order of their first place:
  /// where `encode` with and without `parseSpecial` differ.
  func specialNames(in text: String) -> [String]
}
