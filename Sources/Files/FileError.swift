/// What is wrong with a file, where, and what helps.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// There is nothing of this name.
    case missing
    case isFolder
    /// A pipe, a socket or a device: it cannot be mapped.
    case notRegular
    /// The file has no bytes.
    case empty
    /// The system does not let it be read.
    case unreadable
    /// The first bytes are those of another format, version or byte order.
    case wrongFormat
    /// The file ends before what it announces.
    case truncated
    /// Sizes, names or offsets contradict each other or the format.
    case malformed
    /// A sound file with something that this program does not know.
    case unsupported
    /// A value or a tensor that the reader needs is not there.
    case absent
    /// The file could not be written.
    case unwritable

    /// Whether there was nothing to read in.
    package var isOfReading: Bool {
      [.missing, .isFolder, .notRegular, .empty, .unreadable].contains(self)
    }
  }

  package let kind: Kind
  /// The path as it was given.
  package let file: String
  /// Where in the file, in bytes from its start; nil where no single place is at fault.
  package let offset: Int?
  /// What is wrong, as a clause without a full stop.
  package let cause: String
  /// What to do, as a clause without a full stop.
  package let fix: String

  package init(
    _ kind: Kind, file: String, offset: Int? = nil, cause: String, fix: String
  ) {
    self.kind = kind
    self.file = file
    self.offset = offset
    self.cause = cause
    self.fix = fix
  }

  package var description: String {
    let place = offset.map { "\(file), byte \($0)" } ?? file
    return "\(place): \(cause); \(fix)"
  }
}
