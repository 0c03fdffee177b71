/// The rows of a file or folder as they stand there, which no model has read.
package struct RawRows {
  private let rows: SourceRows
  private let source: DatasetSource

  /// Reads and counts them.
  package init(_ source: DatasetSource) throws(DataError) {
    rows = try SourceRows(source, DatasetOptions())
    self.source = source
  }

  package var count: Int { rows.tally.rows }

  /// What to say of the files.
  package var notices: [String] { rows.notices }

  package func forEach(_ body: (DatasetRow) -> Void) throws(DataError) {
    try rows.forEachRow { row, _ throws(DataError) in body(row) }
  }

  /// How `dataset` would read them: the name of their format, or what it would ask for.
  package var reading: String {
    do throws(DataError) {
      return try rows.tally.detection(file: source.name).0.format.rawValue
    } catch {
      return error.fix
    }
  }
}
