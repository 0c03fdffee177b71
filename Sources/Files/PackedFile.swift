import CFiles

/// Bytes of a file that a program of compression packed, or a zip archive with one file in it.
package struct PackedFile {
  package enum Kind: String, Sendable {
    case gzip, zstd, bzip2, xz, lz4, zip
  }

  /// The most bytes that are unpacked: of a small file fewer than of a large one, for what packs rows so tightly is
  /// made to fill a memory.
  private let limit: Int
  private let size: Int
  private let path: String

  /// - Parameters:
  ///   - path: for messages.
  ///   - size: the bytes of the file.
  ///   - limit: the most that are unpacked, however large it is.
  package init(path: String, size: Int, limit: Int) {
    (self.path, self.size) = (path, size)
    self.limit = min(limit, 16 << 20 + 256 * min(size, limit))
  }

  /// The kind of these bytes, by how they begin; nil if they are none of the kinds.
  package static func kind(of bytes: some Sequence<UInt8>) -> Kind? {
    let starts: [([UInt8], Kind)] = [
      ([0x1F, 0x8B], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstd), (Array("BZh".utf8), .bzip2),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz), ([0x04, 0x22, 0x4D, 0x18], .lz4),
      ([0x50, 0x4B, 3, 4], .zip),
    ]
    let start = Array(bytes.prefix(6))
    return starts.first { start.starts(with: $0.0) }?.1
  }

  /// The bytes as they were before, and for an archive the name that the file in it has.
  ///
  /// They are counted first, so that what would be too much takes no memory.
  package func unpacked(
    _ bytes: ArraySlice<UInt8>, _ kind: Kind
  ) throws(FileError) -> (bytes: [UInt8], name: String?) {
    switch kind {
    case .gzip: return (try unpacked(bytes, CFILES_GZIP, kind), nil)
    case .zstd: return (try unpacked(bytes, CFILES_ZSTD, kind), nil)
    case .bzip2: return (try unpacked(bytes, CFILES_BZIP2, kind), nil)
    case .xz: return (try unpacked(bytes, CFILES_XZ, kind), nil)
    case .lz4: return (try unpacked(bytes, CFILES_LZ4, kind), nil)
    case .zip:
      let entry = try ZipEntry(onlyOneIn: bytes, path: path)
      let packed = bytes[entry.contents]
      switch entry.method {
      case 0:
        guard packed.count <= limit else { throw tooLarge }
        return (Array(packed), entry.name)
      case 8: return (try unpacked(packed, CFILES_DEFLATE, kind), entry.name)
      default:
        throw FileError(
          .unsupported, file: path,
          cause: "the archive is packed by the method \(entry.method), which is not read",
          fix: "unpack it first")
      }
    }
  }

  private func unpacked(
    _ bytes: ArraySlice<UInt8>, _ method: Int, _ kind: Kind
  ) throws(FileError) -> [UInt8] {
    var size = 0
    unsafe try check(Self.unpack(bytes, method, into: nil, limit, &size), kind)
    var outcome = 0
    let result = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      outcome = unsafe Self.unpack(bytes, method, into: buffer.baseAddress, size, &count)
    }
    if size > 0 { try check(outcome, kind) }
    return result
  }

  private static func unpack(
    _ bytes: ArraySlice<UInt8>, _ method: Int, into start: UnsafeMutablePointer<UInt8>?,
    _ limit: Int, _ count: inout Int
  ) -> Int {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe Int(cfiles_unpack(Int32(method), bytes.baseAddress, bytes.count, start, limit, &count))
    }
  }

  private func check(_ outcome: Int, _ kind: Kind) throws(FileError) {
    switch outcome {
    case CFILES_UNPACKED: return
    case CFILES_TOO_LARGE: throw tooLarge
    case CFILES_TRUNCATED:
      throw FileError(
        .truncated, file: path, cause: "the \(kind) file ends before its contents do",
        fix: "download or pack it again")
    case CFILES_WINDOW:
      throw FileError(
        .unsupported, file: path,
        cause: "the \(kind) file wants a window of more than 64 MB",
        fix: "pack it again at a lower level, without --ultra or --long")
    case CFILES_NO_MEMORY:
      throw FileError(
        .unreadable, file: path, cause: "there is too little memory to unpack it",
        fix: "unpack it first")
    default:
      throw FileError(
        .malformed, file: path, cause: "the \(kind) file is damaged",
        fix: "download or pack it again")
    }
  }

  private var tooLarge: FileError {
    FileError(
      .unsupported, file: path,
      cause: "unpacked it has more than \(limit) bytes, the most that is read of a file of \(size)",
      fix: "unpack it, and if it is meant to be so large, cut it with `split -C 500M`")
  }
}
