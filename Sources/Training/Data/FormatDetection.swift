import Checkpoints
import Tokenizers

/// The format that was found in a dataset, and how sure that is.
package struct FormatDetection: Equatable, Sendable {
  package var format: DatasetFormat
  /// Rows that have the format's keys, of all rows.
  package var matching: Int
  package var rows: Int
  /// Whether the recipe named the format.
  package var isGiven: Bool

  /// For people: `prompt_completion: 398 of 400 rows match`.
  package var statement: String {
    let name = "\(format.rawValue)\(isGiven ? "" : " (detected)")"
    return matching == rows
      ? "\(name): all \(rows) rows match" : "\(name): \(matching) of \(rows) rows match"
  }

  /// The given format, or the one that most rows have; of equals the first in the order of
  /// `DatasetFormat`'s cases.
  package init(
    of rows: [DatasetRow], file: String, options: DatasetOptions
  ) throws(DataError) {
    guard let first = rows.first else {
      throw DataError(
        file: file, reason: "there are no rows in it",
        fix: "Write one object a line, such as {\"prompt\": \"…\", \"completion\": \"…\"}")
    }
    let formats = options.format.map { [$0] } ?? DatasetFormat.allCases
    let counts = formats.map { format in
      (format, rows.count { format.matches($0.object, columns: options.columns) })
    }
    let best = counts.reduce((formats[0], 0)) { $1.1 > $0.1 ? $1 : $0 }
    guard best.1 > 0 else {
      throw Self.mismatch(first, file: file, formats: formats, columns: options.columns)
    }
    format = best.0
    matching = best.1
    self.rows = rows.count
    isGiven = options.format != nil
  }

  private static func mismatch(
    _ row: DatasetRow, file: String, formats: [DatasetFormat], columns: ColumnMapping
  ) -> DataError {
    let found = row.object.keys
    let shapes = formats.map { format in
      format.requiredKeys.map { columns.key(for: $0) }.joined(separator: " + ")
    }
    let wanted = formats.flatMap(\.requiredKeys).filter { !found.contains(columns.key(for: $0)) }
    let near = wanted.lazy.compactMap { part in
      nearestName(to: columns.key(for: part), among: found).map { (part, $0) }
    }.first
    let example = near ?? (wanted.first ?? "text", found.first ?? "…")
    let fix = "columns: {\(example.0): \"\(example.1)\"}"
    return DataError(
      file: file, line: row.line,
      reason: "the row has the keys \(found.isEmpty ? "none" : found.joined(separator: ", ")), "
        + "and \(formats.count == 1 ? formats[0].rawValue + " rows need" : "known rows have") "
        + shapes.joined(separator: ", or "),
      fix: near == nil
        ? "Rename the keys, or say which is which, as in \(fix)"
        : "Did you mean \(example.0)? Rename the key, or say \(fix)")
  }
}
