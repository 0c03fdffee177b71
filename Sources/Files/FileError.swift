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
  /// The errors that this one tells together; empty where it is one by itself.
  package let parts: [FileError]

  package init(
    _ kind: Kind, file: String, offset: Int? = nil, cause: String, fix: String
  ) {
    parts = []
    self.kind = kind
    self.file = file
    self.offset = offset
    self.cause = cause
    self.fix = fix
  }

  /// Several errors as one, with the first one's kind and file.
  ///
  /// - Parameter errors: at least one.
  package init(together errors: [FileError]) {
    let parts = errors.flatMap { $0.parts.isEmpty ? [$0] : $0.parts }
    precondition(!parts.isEmpty, "\(errors.count) errors to tell")
    let first = parts[0]
    kind = first.kind
    file = first.file
    guard parts.count > 1 else {
      offset = first.offset
      cause = first.cause
      fix = first.fix
      self.parts = []
      return
    }
    self.parts = parts
    offset = nil
    let clauses = parts.enumerated().map { number, part in
      let place = part.file == first.file ? "" : "\(Paths.name(of: part.file)): "
      return "(\(number + 1)) \(place)\(part.cause)"
    }
    cause = "there are \(parts.count) reasons against it: " + clauses.joined(separator: "; ")
    var fixes: [(text: String, numbers: [Int])] = []
    for (number, part) in parts.enumerated() {
      if let known = fixes.firstIndex(where: { $0.text == part.fix }) {
        fixes[known].numbers.append(number + 1)
      } else {
        fixes.append((part.fix, [number + 1]))
      }
    }
    fix =
      fixes.count == 1
      ? first.fix
      : fixes.map { "(\($0.numbers.map(String.init).joined(separator: ", "))) \($0.text)" }
        .joined(separator: "; ")
  }

  /// The same of what lies in one place and is to be told as lying in another.
  package func moved(from folder: String, to place: String) -> FileError {
    guard parts.isEmpty else {
      return FileError(together: parts.map { $0.moved(from: folder, to: place) })
    }
    func moved(_ text: String) -> String { text.replacing(folder, with: place) }
    return FileError(kind, file: moved(file), offset: offset, cause: moved(cause), fix: moved(fix))
  }

  package var description: String {
    let place = offset.map { "\(file), byte \($0)" } ?? file
    return "\(place): \(cause); \(fix)"
  }
}
