/// Why a vocabulary and its merges do not make a tokenizer. The reader adds the file.
package struct TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Whether the description is sound but of a kind that is not supported.
  package let isUnsupported: Bool
  /// What is wrong, as a clause without a full stop.
  package let cause: String

  package init(isUnsupported: Bool = false, _ cause: String) {
    self.isUnsupported = isUnsupported
    self.cause = cause
  }

  package var description: String { cause }
}
