/// The one file of a zip archive (PKWARE's APPNOTE.TXT 6.3: the end of the central directory, its headers, and
/// the header before the contents).
struct ZipEntry {
  let name: String
  /// 0 for contents as they are, 8 for deflate.
  let method: Int
  /// Where the packed contents stand.
  let contents: Range<Int>

  /// - Throws: for archives of another number of files; folders and what macOS adds are passed over.
  init(onlyOneIn bytes: ArraySlice<UInt8>, path: String) throws(FileError) {
    let reader = ZipReader(bytes: bytes)
    guard let headers = reader.headers() else {
      throw FileError(
        .malformed, file: path, cause: "the zip archive is damaged or not whole",
        fix: "download or pack it again")
    }
    let files = headers.filter { !$0.name.hasSuffix("/") && !$0.name.hasPrefix("__MACOSX/") }
    guard files.count == 1, let file = files.first else {
      let names = files.prefix(5).map(\.name).joined(separator: ", ")
      throw FileError(
        .unsupported, file: path,
        cause: "the archive has \(files.count) files, and one is read"
          + (names.isEmpty ? "" : " (\(names))"),
        fix: "unpack it and name one of them")
    }
    guard !file.isEncrypted else {
      throw FileError(
        .unsupported, file: path, cause: "the archive is encrypted", fix: "unpack it first")
    }
    guard let contents = reader.contents(of: file) else {
      throw FileError(
        .malformed, file: path, cause: "the zip archive is damaged",
        fix: "download or pack it again"
      )
    }
    (name, method, self.contents) = (file.name, file.method, contents)
  }
}

/// Numbers of an archive, none of which is trusted.
private struct ZipReader {
  struct Header {
    let name: String
    let method: Int
    let packed: Int
    let offset: Int
    let isEncrypted: Bool
  }

  let bytes: ArraySlice<UInt8>

  /// A little-endian number; nil beyond the end.
  private func number(_ count: Int, at offset: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let start = bytes.startIndex + offset
    return (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
  }

  private func text(_ count: Int, at offset: Int) -> String? {
    guard offset >= 0, count >= 0, offset <= bytes.count - count else { return nil }
    let start = bytes.startIndex + offset
    return String(decoding: bytes[start..<start + count], as: UTF8.self)
  }

  /// Behind the last place of the signature stands at most a comment of 64 KiB.
  private var endOfDirectory: Int? {
    let last = bytes.count - 22
    guard last >= 0 else { return nil }
    return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first {
      number(4, at: $0) == 0x0605_4B50
    }
  }

  func headers() -> [Header]? {
    guard let end = endOfDirectory, let count = number(2, at: end + 10),
      var place = number(4, at: end + 16)
    else { return nil }
    var headers: [Header] = []
    for _ in 0..<count {
      guard number(4, at: place) == 0x0201_4B50, let flags = number(2, at: place + 8),
        let method = number(2, at: place + 10), let packed = number(4, at: place + 20),
        let nameLength = number(2, at: place + 28), let extra = number(2, at: place + 30),
        let comment = number(2, at: place + 32), let offset = number(4, at: place + 42),
        let name = text(nameLength, at: place + 46)
      else { return nil }
      headers.append(
        Header(
          name: name, method: method, packed: packed, offset: offset,
          isEncrypted: flags & 1 == 1))
      place += 46 + nameLength + extra + comment
    }
    return headers
  }

  func contents(of header: Header) -> Range<Int>? {
    guard number(4, at: header.offset) == 0x0403_4B50,
      let name = number(2, at: header.offset + 26), let extra = number(2, at: header.offset + 28)
    else { return nil }
    let start = header.offset + 30 + name + extra
    guard start <= bytes.count - header.packed else { return nil }
    return bytes.startIndex + start..<bytes.startIndex + start + header.packed
  }
}
