/// What happened to a row that was not used as it stands.
package struct RowNote: Equatable, Sendable {
  package var line: Int
  package var reason: String
  /// The row's file, where a dataset has several.
  package var file: String?

  package init(line: Int, reason: String, file: String? = nil) {
    self.line = line
    self.reason = reason
    self.file = file
  }
}
