import Files

/// One row of a data file as it stands there.
package struct DatasetRow: Equatable, Sendable {
  package var object: JSONObject
  /// The line where it begins, from 1.
  package var line: Int
  /// Its file, where a dataset has several.
  package var file: String?
}

/// Why one row cannot be used, as a clause without a full stop.
package struct RowRejection: Error, Equatable {
  package var reason: String
}
