import Glibc

/// A file that appears whole under its name, or not at all: bytes go to a temporary name in the
/// same folder, are forced to the disk, and the name is changed at the end.
///
/// A link is followed, as an editor does, and a file that was there keeps its permissions.
package struct AtomicFile: ~Copyable {
  /// The path as it was given, for errors.
  private let path: String
  private let target: Target
  private let temporaryPath: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferSize = 1 << 20

  /// Opens a temporary file beside what `path` stands for; the folder must exist.
  package init(path: String) throws(FileError) {
    let target = try Target(path)
    Leftovers.remove(of: target.path, in: Paths.parent(of: target.path), owning: nil)
    let temporary = try Self.open(beside: target.path, path)
    self.path = path
    self.target = target
    (temporaryPath, descriptor) = (temporary.path, temporary.descriptor)
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// A new file that is locked as long as this process is at work on it.
  private static func open(
    beside target: String, _ path: String
  ) throws(FileError) -> (path: String, descriptor: Int32) {
    let folder = Paths.parent(of: target)
    let names = TemporaryName(of: Paths.name(of: target))
    while true {
      let place = folder + "/" + names.fresh()
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
      let descriptor = WritingCalls.retrying { unsafe Glibc.open(place, flags, 0o644) }
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw WritingCalls.error(path, "cannot be written") }
      // another process that removes leftovers may have come between the two calls
      if WritingCalls.lock(descriptor),
        Paths.status(of: place, followsLink: false) != nil
      {
        return (place, descriptor)
      }
      close(descriptor)
    }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unsafe unlink(temporaryPath) }
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize {
      return try unsafe WritingCalls.write(bytes, to: descriptor, of: path)
    }
    unsafe buffer.append(contentsOf: bytes)
  }

  package mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try unsafe append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Gives the file its name. Without this call nothing is left behind.
  package consuming func commit() throws(FileError) {
    try flush()
    if let permissions = target.permissions { fchmod(descriptor, permissions) }
    try WritingCalls.synchronize(descriptor, of: path)
    guard unsafe rename(temporaryPath, target.path) == 0 else {
      throw WritingCalls.error(path, "cannot be renamed to")
    }
    isCommitted = true
    try WritingCalls.synchronize(folder: Paths.parent(of: target.path))
  }

  /// Writes all of `bytes` at once.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try AtomicFile(path: path)
    try file.append(bytes)
    try file.commit()
  }

  /// Writes all of `text` at once, in UTF-8.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  private mutating func flush() throws(FileError) {
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try unsafe pending.withUnsafeBufferPointer { buffer throws(FileError) in
      try unsafe WritingCalls.write(UnsafeRawBufferPointer(buffer), to: descriptor, of: path)
    }
  }

  /// Where the file goes: what a link points to, or the path itself.
  private struct Target {
    private(set) var path: String
    /// Those of the file that is there.
    private(set) var permissions: mode_t?

    private static let largestLinkCount = 40

    init(_ given: String) throws(FileError) {
      path = given
      for _ in 0..<Self.largestLinkCount {
        guard let status = Paths.status(of: path, followsLink: false) else { return }
        guard status.isLink else {
          try take(status, given)
          return
        }
        try follow(given)
      }
      throw FileError(
        .unwritable, file: given, cause: "its links go round in a circle",
        fix: "name a file, or a link to one")
    }

    private mutating func follow(_ given: String) throws(FileError) {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink(path, &buffer, buffer.count)
      guard count >= 0 else { throw WritingCalls.error(given, "is a link that cannot be read") }
      let destination = String(
        decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path =
        destination.hasPrefix("/")
        ? destination : Paths.parent(of: path) + "/" + destination
    }

    private mutating func take(_ status: stat, _ given: String) throws(FileError) {
      guard status.isRegularFile else {
        throw FileError(
          .unwritable, file: given,
          cause: status.isFolder ? "a folder has this name" : "this is no regular file",
          fix: "choose another name")
      }
      guard unsafe access(path, W_OK) == 0 else {
        throw WritingCalls.error(given, "may not be written")
      }
      permissions = status.permissions
    }
  }
}
