import Diagnostics
import Files
import Tokenizers

/// The format that was found in a dataset, and how sure that is.
package struct FormatDetection: Equatable, Sendable {
  package var format: DatasetFormat
  /// Rows that have the format's keys, of all rows.
  package var matching: Int
  package var rows: Int
  /// Whether the recipe named the format.
  package var isGiven: Bool
  /// Formats that rows of the detected one have the keys of too.
  package var alternatives: [DatasetFormat]
  package var columns: ColumnMapping

  /// For people: `prompt_completion: 398 of 400 rows have its keys`.
  package var statement: String {
    let name = "\(format.rawValue)\(isGiven ? "" : " (detected)")"
    return matching == rows
      ? "\(name): all \(rows) rows have its keys"
      : "\(name): \(matching) of \(rows) rows have its keys"
  }

  /// The given format, or the one that most rows have; of equals the first in the order of
  /// `DatasetFormat`'s cases.
  package init(
    of rows: [DatasetRow], file: String, options: DatasetOptions
  ) throws(DataError) {
    var tally = FormatTally(options)
    for row in rows { tally.add(row) }
    try self.init(of: tally, file: file)
  }

  init(of tally: FormatTally, file: String) throws(DataError) {
    guard let first = tally.first else {
      throw DataError(
        file: file, reason: "there are no rows in it",
        fix: "Write one object a line, such as {\"prompt\": \"…\", \"completion\": \"…\"}")
    }
    if !tally.absent.isEmpty { throw Self.absence(of: tally, first, file: file) }
    let (options, formats, counts) = (tally.options, tally.formats, tally.counts)
    let best = formats.indices.reduce(0) { counts[$1][$1] > counts[$0][$0] ? $1 : $0 }
    guard counts[best][best] > 0 else {
      throw Self.mismatch(first, file: file, formats: formats, columns: options.columns)
    }
    format = formats[best]
    matching = counts[best][best]
    rows = tally.rows
    isGiven = options.format != nil
    columns = options.columns
    alternatives = formats.indices.filter { $0 != best && counts[best][$0] > 0 }.map { formats[$0] }
    try Self.checkColumns(of: format, file: file, columns: options.columns)
  }

  /// The error of columns that no row has: what they were to be would be missing in silence.
  private static func absence(
    of tally: FormatTally, _ row: DatasetRow, file: String
  ) -> DataError {
    let parts = tally.options.columns.names.filter { tally.absent.contains($0.value) }
    let (part, key) = parts.min { $0.key < $1.key } ?? ("", "")
    let keys = Shown.candidates(row.object.keys)
    let near = NearestName.nearest(to: key, among: keys).map {
      "Did you mean \(Shown.quoted($0))? "
    }
    return DataError(
      file: file,
      reason: "no row has the column \(Shown.quoted(key)), which is to be its \(part)",
      fix: (near ?? "") + "The columns are \(Shown.list(row.object.keys))", option: .columns)
  }

  /// Refuses columns for parts that the format does not have: they would not be read.
  private static func checkColumns(
    of format: DatasetFormat, file: String, columns: ColumnMapping
  ) throws(DataError) {
    let parts = format.requiredKeys + format.optionalKeys
    guard let part = columns.names.keys.sorted().first(where: { !parts.contains($0) }) else {
      return
    }
    throw DataError(
      file: file,
      reason: "its rows are read as \(format.rawValue), which has no part \"\(part)\" "
        + "for the column \(Shown.quoted(columns.key(for: part)))",
      fix: "The parts of \(format.rawValue) are " + parts.joined(separator: ", "),
      option: .columns)
  }

  private static func mismatch(
    _ row: DatasetRow, file: String, formats: [DatasetFormat], columns: ColumnMapping
  ) -> DataError {
    if TurnKeys.isTurn(row.object) {
      return DataError(
        file: row.file ?? file, line: row.line,
        reason: "the row is one turn of a conversation, by its keys "
          + Shown.list(row.object.keys),
        fix:
          "Write every conversation as one row: {\"messages\": [{\"role\": …, \"content\": …}, …]}"
      )
    }
    let found = row.object.members.isEmpty ? "none" : Shown.list(row.object.keys)
    let shapes = formats.map { format in
      format.requiredKeys.map { columns.key(for: $0) }.joined(separator: " + ")
    }
    let proposal = ColumnProposal(row: row.object, formats: formats, columns: columns)
    return DataError(
      file: row.file ?? file, line: row.line,
      reason: "the row has the keys \(found), "
        + "and \(formats.count == 1 ? formats[0].rawValue + " rows need" : "known rows have") "
        + shapes.joined(separator: ", or "),
      fix: fix(proposal))
  }

  private static func fix(_ proposal: ColumnProposal) -> String {
    guard let columns = proposal.source else {
      if let head = proposal.row.keys.first, proposal.row.keys.count == 1, head.contains("|") {
        return "Separate its cells by commas, and name the file .csv"
      }
      return "Rename the keys, or say which of them plays which part: "
        + "columns: {prompt: \"…\", completion: \"…\"}"
    }
    let isPreference = ["chosen", "rejected"].allSatisfy { proposal.row[$0] != nil }
    if isPreference { return "To learn the chosen replies, say \(columns)" }
    return proposal.misspelling.map { "Did you mean \($0.part)? Rename the key, or say \(columns)" }
      ?? "Say which is which: \(columns)" + (proposal.reading.map { "; it reads \($0)" } ?? "")
  }
}
