import Diagnostics
import Files
import Tables

/// The bytes of a source: of a table's columns, or text in UTF-8 without a byte order mark, which UTF-16 with its
/// mark is made.
package struct DataFile {
  package let name: String
  package let bytes: ArraySlice<UInt8>
  /// The name that says what kind of text it is: of packed files that of the file within.
  let textName: String
  /// Nil for text.
  let columns: TableFile.Kind?

  package init(_ source: DatasetSource) throws(DataError) {
    name = source.name
    let whole: ArraySlice<UInt8>
    switch source {
    case .inline(let text): (whole, textName, columns) = (Array(text.utf8)[...], "", nil)
    case .files:
      throw DataError(
        file: source.name, reason: "these are several files", fix: "Read them one after the other")
    case .file(let path):
      let (unpacked, name) = try Self.unpacked(try Self.read(path), path)
      (whole, textName) = (UTF16Text.decoded(unpacked)?[...] ?? unpacked, name)
      columns = TableFile.Kind(of: whole)
      try Self.checkKind(of: whole, path)
    }
    guard columns == nil else {
      bytes = whole
      return
    }
    bytes = whole.starts(with: Self.byteOrderMark) ? whole.dropFirst(3) : whole
    try checkText()
  }

  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// The most bytes of a file that is no JSON Lines, for it is in memory while its rows are read.
  static let largest = 1 << 30

  /// Line and column, from 1, of a byte.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes[..<offset]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? bytes.startIndex
    let line = before.count { $0 == 0x0A } + 1
    return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
  }

  private static func read(_ path: String) throws(DataError) -> ArraySlice<UInt8> {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      switch error.kind {
      case .empty: return []
      case .missing: throw DataError(file: path, reason: error.cause, fix: neighbour(of: path))
      case .isFolder:
        let files = (Paths.names(in: path) ?? []).prefix(5).joined(separator: ", ")
        throw DataError(
          file: path, reason: error.cause, fix: "Name one of its files: \(files)")
      default: throw DataError(error, named: path)
      }
    }
    guard unsafe file.bytes.count <= largest else {
      throw DataError(
        file: path,
        reason: unsafe "the file has \(file.bytes.count) bytes, and at most \(largest) are read",
        fix: "Write its rows as JSON Lines, which may be of any size, or cut it into smaller files")
    }
    return file.contents()[...]
  }

  private static func neighbour(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    let files = Paths.names(in: place) ?? []
    guard let near = NearestName.nearest(to: String(parts.last ?? ""), among: files) else {
      return "Check the path; it is taken from the current folder"
    }
    return "Did you mean \(folder.isEmpty ? near : folder + "/" + near)?"
  }

  /// The bytes of a packed file as they were before, and the name of what was packed.
  private static func unpacked(
    _ bytes: ArraySlice<UInt8>, _ path: String
  ) throws(DataError) -> (bytes: ArraySlice<UInt8>, name: String) {
    guard let kind = PackedFile.kind(of: bytes) else { return (bytes, path) }
    do throws(FileError) {
      let file = PackedFile(path: path, size: bytes.count, limit: largest)
      let (unpacked, name) = try file.unpacked(bytes, kind)
      let endings = [".gz", ".zst", ".gzip", ".zstd", ".bz2", ".xz", ".lz4"]
      let ending = endings.first { path.hasSuffix($0) } ?? ""
      return (unpacked[...], name ?? String(path.dropLast(ending.count)))
    } catch {
      throw DataError(error, named: path)
    }
  }

  /// Refuses what is no text in UTF-8 by what it is.
  private static func checkKind(of bytes: ArraySlice<UInt8>, _ path: String) throws(DataError) {
    guard let kind = FileKind.of(bytes) else { return }
    throw DataError(file: path, reason: "this is \(kind.name)", fix: kind.fix(for: path))
  }

  private func checkText() throws(DataError) {
    guard let bad = Self.firstBadByte(of: bytes) else { return }
    throw Self.notUTF8(at: bad, of: bytes, in: name, place(of: bad))
  }

  /// The error of a byte of some text.
  private static func notUTF8(
    at bad: Int, of bytes: ArraySlice<UInt8>, in name: String, _ place: (line: Int, column: Int)
  ) -> DataError {
    let byte = bytes.indices.contains(bad) ? String(bytes[bad], radix: 16) : "?"
    // Text has no control characters but these four.
    let isText = bytes.prefix(4096).allSatisfy { $0 >= 0x20 || (0x09...0x0D).contains($0) }
    return DataError(
      file: name, line: place.line, column: place.column,
      reason: "the byte 0x\(byte) here is not UTF-8",
      fix: isText
        ? "Save the file as UTF-8; if it is Windows-1252, which Latin-1 is a part of: "
          + "`iconv -f cp1252 -t utf-8 OLD > NEW`"
        : "This is no text file: write its rows as JSON Lines in UTF-8")
  }

  /// The error of a line that is not UTF-8; nil for one that is.
  static func badByte(inLine number: Int, _ bytes: [UInt8], of name: String) -> DataError? {
    firstBadByte(of: bytes[...]).map { bad in
      let column = String(decoding: bytes[..<bad], as: UTF8.self).count + 1
      return notUTF8(at: bad, of: bytes[...], in: name, (number, column))
    }
  }

  /// Where the bytes stop being UTF-8. Nothing is copied, whatever the size.
  private static func firstBadByte(of bytes: ArraySlice<UInt8>) -> Int? {
    let isText = unsafe bytes.withContiguousStorageIfAvailable { unsafe isUTF8($0) } ?? false
    guard !isText else { return nil }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var length = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): length += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return bytes.startIndex + length
      }
    }
  }

  /// Whether pieces of a megabyte, cut between characters, are UTF-8.
  private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while start < bytes.count {
      var end = min(start + 1 << 20, bytes.count)
      while end < bytes.count, end > start, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
      guard end > start, unsafe String(validating: bytes[start..<end], as: UTF8.self) != nil else {
        return false
      }
      start = end
    }
    return true
  }
}
