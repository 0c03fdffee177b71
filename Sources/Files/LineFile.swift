import Glibc

/// The lines of a file, read in pieces: a file of any size takes the memory of its longest line.
package struct LineFile: Sendable {
  package let path: String
  private let version: Version

  /// What tells a file from another, and from itself after a change.
  private struct Version: Equatable, Sendable {
    let device: UInt64
    let number: UInt64
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
      size = Int(status.st_size)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  /// A line without its line feed.
  @safe package struct Line {
    /// Its bytes, at most as many as are wanted of a line.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// All bytes that it has.
    package let count: Int
    /// Where in the file it begins, in bytes.
    package let start: Int
    /// From 1.
    package let number: Int
  }

  /// - Throws: what opening it as a whole would: for a folder, a pipe, an empty or a missing file.
  package init(path: String) throws(FileError) {
    self.path = path
    let (descriptor, status) = try MappedFile.opened(path)
    close(descriptor)
    version = Version(status)
  }

  package var size: Int { version.size }

  /// The first bytes, at most `count`.
  package func head(_ count: Int) throws(FileError) -> [UInt8] {
    try bytes(min(count, size), from: 0)
  }

  /// The bytes of a line that was read before.
  package func bytes(_ count: Int, from start: Int) throws(FileError) -> [UInt8] {
    let descriptor = try opened()
    defer { close(descriptor) }
    var result = [UInt8](repeating: 0, count: count)
    let isWhole = unsafe result.withUnsafeMutableBytes { buffer in
      unsafe Self.read(descriptor, into: buffer, from: start) == count
    }
    guard isWhole else { throw changed }
    return result
  }

  /// Calls `body` with each line, in order.
  ///
  /// - Parameters:
  ///   - limit: how many bytes of a line are wanted; of a longer one `body` is given the first of them.
  ///   - failure: the error of a file that changed or cannot be read.
  ///   - body: false ends the reading.
  package func forEachLine<Failure>(
    limit: Int, failure: (FileError) -> Failure, _ body: (Line) throws(Failure) -> Bool
  ) throws(Failure) {
    var descriptor: Int32 = -1
    do throws(FileError) { descriptor = try opened() } catch { throw failure(error) }
    defer { close(descriptor) }
    var reader = LineReader(descriptor: descriptor, limit: limit)
    while true {
      guard let goesOn = try reader.next(body) else { break }
      if !goesOn { return }
    }
    guard reader.position == size else { throw failure(changed) }
  }

  private func opened() throws(FileError) -> Int32 {
    let (descriptor, status) = try MappedFile.opened(path)
    guard Version(status) == version else {
      close(descriptor)
      throw changed
    }
    return descriptor
  }

  /// The error of a file that is another by now.
  package var changed: FileError {
    FileError(
      .unreadable, file: path, cause: "the file is not what it was when its rows were first read",
      fix: "read it again: run the `dataset` line once more")
  }

  /// How many bytes could be read.
  fileprivate static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, from start: Int
  ) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = unsafe pread(
        descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled,
        start + filled)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      filled += count
    }
    return filled
  }
}

/// Reads on, a piece at a time.
@safe private struct LineReader {
  let descriptor: Int32
  let limit: Int
  /// Where in the file the next bytes are read.
  private(set) var position = 0
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  /// What of the buffer is read and not given yet.
  private var rest = 0..<0
  private var number = 0

  init(descriptor: Int32, limit: Int) { (self.descriptor, self.limit) = (descriptor, limit) }

  /// Gives the next line to `body`, and back what that says; nil at the end.
  mutating func next<Failure>(
    _ body: (LineFile.Line) throws(Failure) -> Bool
  ) throws(Failure) -> Bool? {
    var length = 0
    while true {
      if let end = lineFeed(after: length) {
        defer { rest = (end + 1)..<rest.upperBound }
        return try give(end - rest.lowerBound, body)
      }
      length = rest.count
      if length > limit { return try giveLong(body) }
      if !fill() { break }
    }
    guard length > 0 else { return nil }
    defer { rest = rest.upperBound..<rest.upperBound }
    return try give(length, body)
  }

  private func lineFeed(after offset: Int) -> Int? {
    let start = rest.lowerBound + offset
    guard start < rest.upperBound else { return nil }
    return unsafe buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, 0x0A, rest.upperBound - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  private mutating func give<Failure>(
    _ count: Int, _ body: (LineFile.Line) throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    number += 1
    let start = position - rest.count
    let (place, number) = (rest.lowerBound, number)
    return try unsafe buffer.withUnsafeBufferPointer { bytes throws(Failure) in
      let line = unsafe UnsafeBufferPointer(rebasing: bytes[place..<(place + count)])
      return try unsafe body(LineFile.Line(bytes: line, count: count, start: start, number: number))
    }
  }

  /// Gives the beginning of a line that is longer than wanted, and goes on behind it.
  private mutating func giveLong<Failure>(
    _ body: (LineFile.Line) throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    let kept = Array(buffer[rest].prefix(limit))
    let start = position - rest.count
    var count = rest.count
    rest = rest.upperBound..<rest.upperBound
    while fill() {
      if let end = lineFeed(after: 0) {
        count += end - rest.lowerBound
        rest = (end + 1)..<rest.upperBound
        break
      }
      count += rest.count
      rest = rest.upperBound..<rest.upperBound
    }
    number += 1
    let number = number
    return try unsafe kept.withUnsafeBufferPointer { bytes throws(Failure) in
      try unsafe body(LineFile.Line(bytes: bytes, count: count, start: start, number: number))
    }
  }

  /// Reads more behind what is there; false at the end of the file.
  private mutating func fill() -> Bool {
    if rest.lowerBound > 0 {
      let kept = rest.count
      unsafe buffer.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe memmove(base, base + rest.lowerBound, kept)
      }
      rest = 0..<kept
    }
    if rest.count == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe LineFile.read(
        descriptor, into: UnsafeMutableRawBufferPointer(rebasing: bytes[rest.upperBound...]),
        from: position)
    }
    position += count
    rest = rest.lowerBound..<(rest.upperBound + count)
    return count > 0
  }
}
