/// What happened to a row that was not used as it stands.
package struct RowNote: Equatable, Sendable {
  package var line: Int
  package var reason: String

  package init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }
}
