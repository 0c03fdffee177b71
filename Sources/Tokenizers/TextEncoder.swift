/// Turns text into token ids; what rendering of conversations needs of a tokenizer.
package protocol TextEncoder: Sendable {
  /// Appends the ids of a text that follows what `tokens` has. Nothing is put before or after it but
  /// the space with which some tokenizers begin a text.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - parseSpecial: whether the names of special tokens in the text become those tokens; else
  ///     they are spelled out like any other text.
  func encode(_ text: String, parseSpecial: Bool, into tokens: inout [Int32])

  /// The names of special tokens that stand in `text`, each once, in the order of their first place:
  /// where `encode` with and without `parseSpecial` differ.
  func specialNames(in text: String) -> [String]
}

extension TextEncoder {
  /// The ids of a text.
  package func encode(_ text: String, parseSpecial: Bool) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(text.utf8.count / 3 + 1)
    encode(text, parseSpecial: parseSpecial, into: &tokens)
    return tokens
  }
}
