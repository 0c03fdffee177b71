/// An example as the model reads it.
package struct TokenizedExample: Equatable, Sendable {
  package var tokens: [Int32]
  /// As long as `tokens`: true where the token is to be predicted and counts in the loss. The first
  /// is always false, since nothing comes before it.
  package var trained: [Bool]
  /// The line of the file where the row begins, from 1.
  package var line: Int

  package init(tokens: [Int32], trained: [Bool], line: Int) {
    self.tokens = tokens
    self.trained = trained
    self.line = line
  }

  package var trainedCount: Int { trained.count { $0 } }
}
