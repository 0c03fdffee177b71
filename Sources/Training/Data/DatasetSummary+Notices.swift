import Files
import Tokenizers

/// What a person should know of a dataset before training with it, in the order of the reading.
extension DatasetSummary {
  /// Counts a row that is used: its examples, and what it has beside what is learnt.
  mutating func count(
    _ row: DatasetRow, _ example: Example, _ pieces: [TokenizedExample], _ cut: String?,
    _ keys: FormatKeys, with encoder: ExampleEncoder
  ) {
    for piece in pieces { add(piece) }
    if pieces.count > 1 { longTexts += 1 }
    endsTrained += pieces.contains(where: encoder.endsTrained) ? 1 : 0
    if let cut { note(cut: RowNote(line: row.line, reason: cut, file: row.file)) }
    let names = encoder.specialNames(in: example)
    if !names.isEmpty {
      special.add(names, areTokens: encoder.parsesNames(of: example))
      if encoder.marksTurnsAgain(in: example) { special.beginning += 1 }
    }
    unread.add(row.object, keys)
    countValues(of: row.object, keys)
    if format == .promptCompletion || format == .alpaca, hasJSON(row.object) { writtenAsJSON += 1 }
    guard case .messages(let messages) = example.content else { return }
    if messages.contains(where: ToolCalls.quotesArguments) { quotingArguments += 1 }
    if messages.first(where: { $0.role == .user }).map(Self.isEmpty) == true { withoutPrompt += 1 }
    guard encoder.options.mask != .all else { return }
    if messages.last?.isTrained == false { endingUnanswered += 1 }
  }

  private func hasJSON(_ row: JSONObject) -> Bool {
    let columns = detection.columns
    return columns.names.contains { part, key in
      row[key].flatMap { columns.json(of: $0, for: part) } != nil
    }
  }

  /// Counts a row by what its columns hold.
  private mutating func countValues(of row: JSONObject, _ keys: FormatKeys) {
    let values = keys.all.compactMap { row[$0] }
    if values.contains(where: Self.standsForText) { withoutText += 1 }
    let words = values.compactMap(\.string).filter {
      $0.utf8.count <= Self.longestMissingWord && Self.missingWords.contains($0)
    }
    if !words.isEmpty { withMissing += 1 }
    for word in words where !missing.contains(word) { missing.append(word) }
  }

  private static func isEmpty(_ message: Message) -> Bool {
    message.content.isBlank && message.context.isBlank
  }

  /// The words that pandas, and `datasets` with it, takes for a missing value in a table.
  private static let missingWords: Set<String> = [
    "#N/A", "#N/A N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
  ]

  private static let longestMissingWord = missingWords.map(\.utf8.count).max() ?? 0

  /// Whether a value, or what a turn of it says, is a number, true or false.
  private static func standsForText(_ value: JSONValue) -> Bool {
    switch value {
    case .bool, .digits: true
    case .array(let turns):
      turns.contains { turn in
        guard let turn = turn.object, let keys = TurnKeys.pair(of: turn) else { return false }
        return turn[keys.content].map { $0.string == nil && $0.columnText != nil } ?? false
      }
    default: false
    }
  }

  package var notices: [String] {
    let found: [String?] = [
      detection.statement, alternatives, unreadKeys, values, json, missingValues, emptyPrompts,
      arguments, specialNames, markedTurns, unanswered,
      longRows,
      repeatedRows,
      "the token that ends a reply is trained in \(endsTrained) of \(rows - pieces) rows",
    ]
    return fileNotices + found.compactMap { $0 }
  }

  private var alternatives: String? {
    guard !detection.alternatives.isEmpty, !detection.isGiven else { return nil }
    let names = detection.alternatives.map(\.rawValue)
    return "rows have the keys of \(names.joined(separator: " and of ")) too: "
      + "format: \(names[0]) reads them so"
  }

  private var unreadKeys: String? {
    guard let statement = unread.statement else { return nil }
    let proposal = ColumnProposal.unread(
      unread.keys, format: format, columns: detection.columns)
    return "not used: " + statement + (proposal.map { "; \($0) reads it" } ?? "")
  }

  private var values: String? {
    guard withoutText > 0 else { return nil }
    return "\(Self.count(withoutText)) numbers, true or false where text belongs: "
      + "they are read as they are written"
  }

  private var json: String? {
    guard writtenAsJSON > 0 else { return nil }
    return
      "\(Self.count(writtenAsJSON)) lists or objects where text belongs: they are written as JSON"
  }

  private var missingValues: String? {
    guard withMissing > 0 else { return nil }
    return "\(Self.count(withMissing)) words that stand for a missing value "
      + "(\(Shown.list(missing))): they are read as words"
  }

  private var emptyPrompts: String? {
    guard withoutPrompt > 0 else { return nil }
    return "\(Self.count(withoutPrompt)) an empty prompt: the replies are learnt all the same"
  }

  private var arguments: String? {
    guard quotingArguments > 0 else { return nil }
    return
      "\(Self.count(quotingArguments)) calls of tools whose arguments are a text in JSON, which "
      + "templates may write as a quoted text: write them as objects"
  }

  private var specialNames: String? {
    guard special.rows > 0 else { return nil }
    let names = Shown.list(special.names)
    return "\(Self.count(special.rows)) names of special tokens (\(names)): "
      + (special.areTokens
        ? "they are the tokens; special: false spells them out" : "they are read as text")
  }

  private var markedTurns: String? {
    guard special.beginning > 0 else { return nil }
    return
      "\(Self.count(special.beginning)) a prompt that begins with the name of a special token, as "
      + "where its turns are marked already: template: none does not mark them again"
  }

  private var longRows: String? {
    guard pieces > 0 else { return nil }
    return
      "\(longTexts == 1 ? "1 text is" : "\(longTexts) texts are") longer than max_length and read "
      + "in \(pieces + longTexts) pieces"
  }

  private var repeatedRows: String? {
    guard let first = firstRepeated else { return nil }
    let rows = repeated == 1 ? "1 row is" : "\(repeated) rows are"
    let place = repeated == 1 ? ": \(first)" : "; the first is \(first)"
    return dropsRepeated
      ? "\(rows) left out, the same as a row before, token for token\(place)"
      : "\(rows) the same as a row before, token for token\(place); dedupe: true leaves "
        + (repeated == 1 ? "it out" : "them out")
  }

  private var unanswered: String? {
    guard endingUnanswered > 0 else { return nil }
    return "\(Self.count(endingUnanswered)) turns after the last reply that is learnt: "
      + "they are not used"
  }

  private static func count(_ rows: Int) -> String { rows == 1 ? "1 row has" : "\(rows) rows have" }
}
