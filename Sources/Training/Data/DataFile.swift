import FoundationEssentials
import Tensors
import Tokenizers

/// The UTF-8 bytes of a source, without a byte order mark.
package struct DataFile {
  package let name: String
  package let bytes: ArraySlice<UInt8>

  package init(_ source: DatasetSource) throws(DataError) {
    name = source.name
    let whole: ArraySlice<UInt8>
    switch source {
    case .inline(let text): whole = Array(text.utf8)[...]
    case .file(let path): whole = try Self.read(path)
    }
    bytes = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? whole.dropFirst(3) : whole
    try checkText()
  }

  /// Line and column, from 1, of a byte.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes[..<offset]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? bytes.startIndex
    let line = before.count { $0 == 0x0A } + 1
    return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
  }

  private static func read(_ path: String) throws(DataError) -> ArraySlice<UInt8> {
    let manager = FileManager.default
    var isFolder = false
    guard manager.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DataError(file: path, reason: "there is no such file", fix: neighbour(of: path))
    }
    guard !isFolder else {
      let files = ((try? manager.contentsOfDirectory(atPath: path)) ?? []).sorted().prefix(5)
      throw DataError(
        file: path, reason: "this is a folder, not a file",
        fix: "Name one of its files: \(files.joined(separator: ", "))")
    }
    do throws(MappedFileError) {
      return try MappedFile(path: path).contents()[...]
    } catch {
      if error.reason == .empty { return [] }
      throw DataError(file: path, reason: error.cause, fix: error.fix)
    }
  }

  private static func neighbour(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let place = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    let files = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    guard let near = nearestName(to: String(parts.last ?? ""), among: files.sorted()) else {
      return "Check the path; it is taken from the current folder"
    }
    return "Did you mean \(folder.isEmpty ? near : folder + "/" + near)?"
  }

  /// Refuses what is not UTF-8 text, by what it is.
  private func checkText() throws(DataError) {
    let kinds: [(start: [UInt8], kind: String)] = [
      ([0xFF, 0xFE], "UTF-16 text"), ([0xFE, 0xFF], "UTF-16 text"),
      (Array("PAR1".utf8), "a Parquet file"), ([0x1F, 0x8B], "a gzip archive"),
      ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
    ]
    for (start, kind) in kinds where bytes.starts(with: start) {
      throw DataError(
        file: name, reason: "this is \(kind)", fix: "Convert it to JSON Lines in UTF-8")
    }
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let offset = bytes.startIndex + validLength
    let (line, column) = place(of: offset)
    let byte = bytes.indices.contains(offset) ? String(bytes[offset], radix: 16) : "?"
    throw DataError(
      file: name, line: line, column: column, reason: "the byte 0x\(byte) here is not UTF-8",
      fix: "Convert the file to UTF-8, for example with iconv -f latin1 -t utf-8")
  }

  /// How many bytes are UTF-8, from the start.
  private var validLength: Int {
    var decoder = UTF8()
    var bytes = bytes.makeIterator()
    var length = 0
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      length += UTF8.width(scalar)
    }
    return length
  }
}
