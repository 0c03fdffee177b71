import Files
import Files
import Files
import Files
import Files

/// Reads little-endian values one after the other; every read is checked against the end.
@safe struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private let file: String
  /// Bytes read so far.
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer, file: String) {
    unsafe self.bytes = bytes
    self.file = file
  }

  var remaining: Int { unsafe bytes.count - offset }

  mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, _ what: @autoclosure () -> String
  ) throws(FileError) -> Value {
    let part = try unsafe take(MemoryLayout<Value>.size, what())
    return unsafe Value(littleEndian: part.loadUnaligned(as: Value.self))
  }

  /// The next `count` bytes of the file itself; they live as long as the file.
  mutating func take(
    _ count: Int, _ what: @autoclosure () -> String
  ) throws(FileError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw FileError(
        .truncated, file: file, offset: offset,
        cause: "\(what()) needs \(count) bytes but only \(remaining) are left",
        fix: "download or copy the file again")
    }
    defer { offset += count }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// A 64-bit count of things that take at least `minimumBytes` each, refused at once where they
  /// could not fit the rest of the file, so that no hostile count is ever allocated for.
  mutating func readCount(
    _ what: @autoclosure () -> String, minimumBytes: Int
  ) throws(FileError) -> Int {
    let start = offset
    let count = try read(UInt64.self, what())
    guard count <= UInt64(remaining / minimumBytes) else {
      throw FileError(
        .truncated, file: file, offset: start,
        cause: "\(what()) is \(count), more than the \(remaining) bytes that are left can hold",
        fix: "download or copy the file again")
    }
    return Int(count)
  }

  /// A 64-bit length and that many bytes.
  mutating func readString(_ what: String) throws(FileError) -> UnsafeRawBufferPointer {
    let count = try readCount("the length of \(what)", minimumBytes: 1)
    return try unsafe take(count, what)
  }

  /// A string that must be UTF-8.
  mutating func readText(_ what: String) throws(FileError) -> String {
    let start = offset
    let raw = try unsafe readString(what)
    guard let text = unsafe String(validating: raw.bindMemory(to: UInt8.self), as: UTF8.self) else {
      throw FileError(
        .malformed, file: file, offset: start, cause: "\(what) is not UTF-8",
        fix: "write the file again with the tool that made it")
    }
    return text
  }
}
