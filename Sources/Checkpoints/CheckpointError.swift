import Tensors

/// What is wrong with a weight file, a tokenizer file or a configuration, where, and what helps.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// The file is missing, a folder, empty, or not to be read.
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

extension CheckpointError {
  /// Maps `path`, with a failure told as a `CheckpointError`.
  package static func mapping(_ path: String) throws(CheckpointError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      throw CheckpointError(error)
    }
  }

  /// The bytes of a regular file; of nothing else, as a pipe could keep its reader waiting for ever.
  package static func contents(of path: String) throws(CheckpointError) -> [UInt8] {
    try mapping(path).contents()
  }

  package init(_ error: MappedFileError) {
    self.init(.unreadable, file: error.path, cause: error.cause, fix: error.fix)
  }
}
