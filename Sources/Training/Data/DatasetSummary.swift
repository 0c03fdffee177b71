/// What a dataset has, after reading: every row of the file is counted as used, cut or skipped.
package struct DatasetSummary: Equatable, Sendable {
  package var detection: FormatDetection
  /// The chat template's name.
  package var template: String
  /// Examples in use, those that were cut among them: rows, and the pieces of long texts.
  package var rows = 0
  /// Texts that are read in several pieces, and those pieces.
  package var longTexts = 0
  package var pieces = 0
  /// Rows that are, token for token, a row before them, where the first of them stands, and whether they are
  /// left out.
  package private(set) var repeated = 0
  private(set) var firstRepeated: String?
  var dropsRepeated = false
  package var tokens = 0
  /// Tokens that count in the loss.
  package var trainedTokens = 0
  /// Rows in which the token that ends the reply is learnt.
  package var endsTrained = 0
  /// Tokens of the longest example.
  package var longest = 0
  /// Rows that were too long and lost a part, and the first of them.
  package private(set) var cutRows = 0
  package private(set) var cut: [RowNote] = []
  /// Rows that are not used, and the first of them.
  package private(set) var skippedRows = 0
  package private(set) var skipped: [RowNote] = []
  /// The most rows of each that are noted with their reason.
  private static let mostNotes = 1000
  /// What rows have beside what is read.
  package var unread = UnreadKeys()
  /// What to say of the file as a whole.
  package var fileNotices: [String] = []
  /// Rows in which numbers, true or false stand where text belongs.
  package var withoutText = 0
  /// Rows in which lists or objects stand where text belongs.
  package var writtenAsJSON = 0
  /// Rows in which a word that stands for a missing value is the text of a column, and those words.
  package var withMissing = 0
  package var missing: [String] = []
  /// Rows with calls of tools whose arguments are a text.
  package var quotingArguments = 0
  /// Rows whose prompt is empty.
  package var withoutPrompt = 0
  /// Rows in which turns come after the last reply.
  package var endingUnanswered = 0
  package var special = SpecialNames()

  package var format: DatasetFormat { detection.format }

  mutating func note(cut note: RowNote) {
    cutRows += 1
    if cut.count < Self.mostNotes { cut.append(note) }
  }

  mutating func skip(_ note: RowNote) {
    skippedRows += 1
    if skipped.count < Self.mostNotes { skipped.append(note) }
  }

  /// Counts a row that is, token for token, a row before it.
  ///
  /// - Parameter file: the row's, where a dataset has several.
  mutating func countRepeated(line: Int, file: String?) {
    repeated += 1
    if repeated == 1 { firstRepeated = file.map { "\($0):\(line)" } ?? "line \(line)" }
  }

  /// Counts an example.
  mutating func add(_ example: TokenizedExample) {
    rows += 1
    tokens += example.tokens.count
    trainedTokens += example.trainedCount
    longest = max(longest, example.tokens.count)
    if example.continues { pieces += 1 }
  }
}

/// The rows that have names of special tokens in what people wrote.
package struct SpecialNames: Equatable, Sendable {
  package var rows = 0
  /// Those in which it begins a prompt that a chat format is written around.
  package var beginning = 0
  /// Each once, in the order of their first row.
  package var names: [String] = []
  /// Whether the names are the tokens, or text as any other.
  package var areTokens = false

  mutating func add(_ found: [String], areTokens: Bool) {
    guard !found.isEmpty else { return }
    rows += 1
    self.areTokens = areTokens
    for name in found where !names.contains(name) { names.append(name) }
  }
}
