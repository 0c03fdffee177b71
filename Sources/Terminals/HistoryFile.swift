import FoundationEssentials
import Glibc

/// Cells of all prompts, one JSON object a line. Two prompts may write at once: each cell is one append.
package final class HistoryFile {
  package let path: String
  /// At most this many of the newest cells are loaded.
  package let limit: Int

  /// Only this much of the end of the file is read at start.
  private static let readLimit = 4 << 20
  private var endsInsideLine = false

  package init(path: String, limit: Int = 2_000) {
    self.path = path
    self.limit = limit
  }

  /// The newest cells, oldest first. A missing file is an empty history; lines that are no entries
  /// (an interrupted write, a newer format) are passed over.
  package func load() -> [HistoryEntry] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    let length = Int(lseek(file, 0, SEEK_END))
    let start = max(0, length - Self.readLimit)
    guard length > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: length - start)
    let count = bytes.withUnsafeMutableBytes {
      pread(file, $0.baseAddress, $0.count, off_t(start))
    }
    guard count > 0 else { return [] }
    bytes.removeLast(bytes.count - count)
    endsInsideLine = bytes.last != UInt8(ascii: "\n")
    var lines = bytes.split(separator: UInt8(ascii: "\n"))
    if start > 0, !lines.isEmpty { lines.removeFirst() }
    let decoder = JSONDecoder()
    let entries = lines.suffix(limit * 2).compactMap {
      try? decoder.decode(HistoryEntry.self, from: Data($0))
    }
    return Array(Self.latest(of: entries).suffix(limit))
  }

  /// A cell is written before it runs and once more when its end is known; the later entry counts.
  private static func latest(of entries: [HistoryEntry]) -> [HistoryEntry] {
    struct Key: Hashable {
      let session: String
      let time: Double
    }
    var places: [Key: Int] = [:]
    var result: [HistoryEntry] = []
    for entry in entries {
      let key = Key(session: entry.session, time: entry.time)
      if let place = places[key], result[place].text == entry.text {
        result[place] = entry
      } else {
        places[key] = result.count
        result.append(entry)
      }
    }
    return result
  }

  /// Appends one entry with one write to a file that only its owner may read.
  ///
  /// - Throws: `HistoryFileError` naming the path and the system's reason. A prompt goes on without.
  package func append(_ entry: HistoryEntry) throws(HistoryFileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var line = try? encoder.encode(entry) else {
      throw HistoryFileError(path: path, reason: "the time of the entry is not a number")
    }
    line.append(UInt8(ascii: "\n"))
    if endsInsideLine { line.insert(UInt8(ascii: "\n"), at: line.startIndex) }
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw HistoryFileError(path: path, reason: Self.systemReason()) }
    defer { close(file) }
    fchmod(file, 0o600)
    let count = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count == line.count else {
      throw HistoryFileError(path: path, reason: Self.systemReason())
    }
    endsInsideLine = false
  }

  private static func systemReason() -> String { String(cString: strerror(errno)) }
}

/// The history could not be written.
package struct HistoryFileError: Error, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package var description: String {
    "cannot write the history to \(path): \(reason); cells of this session are not kept"
  }
}
