import Files

/// Cells of all prompts, one JSON object a line. Two prompts may write at once: each cell is one append.
package struct HistoryFile {
  package let path: String
  /// At most this many of the newest cells are loaded.
  package let limit: Int

  /// Only this much of the end of the file is read at start.
  private static let readLimit = 4 << 20

  package init(path: String, limit: Int = 2_000) {
    self.path = path
    self.limit = limit
  }

  /// The newest cells, oldest first. A missing file is an empty history; lines that are no entries
  /// (an interrupted write, a newer format) are passed over.
  package func load() -> [HistoryEntry] {
    guard let file = try? MappedFile(path: path) else { return [] }
    return withExtendedLifetime(file) {
      let end = unsafe file.bytes.suffix(Self.readLimit)
      var lines = unsafe end.split(separator: UInt8(ascii: "\n"))
      if unsafe end.count < file.bytes.count, unsafe !lines.isEmpty { unsafe lines.removeFirst() }
      let entries = unsafe lines.suffix(limit * 2).compactMap { line in
        unsafe (try? JSONValue(parsing: line)).flatMap(HistoryEntry.init)
      }
      return Self.latest(of: entries).suffix(limit)
    }
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

  /// Appends one entry with one write to a file that only its owner may read. A prompt goes on without.
  package func append(_ entry: HistoryEntry) throws(FileError) {
    try AppendedLine.append(entry.json.text(), to: path, permissions: 0o600)
  }
}
