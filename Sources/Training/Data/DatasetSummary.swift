/// What a dataset has, after reading: every row of the file is counted as used, cut or skipped.
package struct DatasetSummary: Equatable, Sendable {
  package var detection: FormatDetection
  /// The chat template's name.
  package var template: String
  /// Rows in use, those that were cut among them.
  package var rows = 0
  package var tokens = 0
  /// Tokens that count in the loss.
  package var trainedTokens = 0
  /// Rows in which the token that ends the reply is learnt.
  package var endsTrained = 0
  /// Tokens of the longest example.
  package var longest = 0
  /// Rows that were too long and lost a part.
  package var cut: [RowNote] = []
  /// Rows that are not used.
  package var skipped: [RowNote] = []

  package var format: DatasetFormat { detection.format }
}
