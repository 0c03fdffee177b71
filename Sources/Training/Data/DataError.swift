import Files

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
  /// What of the reading's options is at fault; nil for the file itself.
  package var option: Option?

  /// An option of a reading, by its name in recipes.
  package enum Option: String, Sendable {
    case columns, dedupe, date
    case cutAfter = "cut_after"
  }

  package init(
    file: String, line: Int? = nil, column: Int? = nil, reason: String, fix: String,
    option: Option? = nil
  ) {
    self.option = option
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
    self.fix = fix
  }

  /// A file that cannot be read as it is.
  ///
  /// - Parameter name: what the file is called here, where that is not its path.
  init(_ error: FileError, named name: String? = nil) {
    self.init(
      file: name ?? error.file, reason: error.cause,
      fix: error.fix.prefix(1).uppercased() + error.fix.dropFirst())
  }

  package var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    let end = fix.hasSuffix("?") || fix.hasSuffix(".") ? "" : "."
    return "\(file)\(place): \(reason). \(fix)\(end)"
  }
}
