/// Why instruction data cannot be used: the place, what is wrong there and what to do about it.
package struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file's path, or "inline text".
  package var file: String
  /// Counts from 1; nil if the whole file is meant.
  package var line: Int?
  /// Counts characters of the line from 1.
  package var column: Int?
  package var reason: String
  package var fix: String

  package init(
    file: String, line: Int? = nil, column: Int? = nil, reason: String, fix: String
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
    self.fix = fix
  }

  package var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    let end = fix.hasSuffix("?") || fix.hasSuffix(".") ? "" : "."
    return "\(file)\(place): \(reason). \(fix)\(end)"
  }
}
