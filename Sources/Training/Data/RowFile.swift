import Files
import Tables

/// The rows of one source. Those of JSON Lines are not kept: a file of any size is read line by line, and again
/// where a row is wanted. Others are stored one by one as they are read.
enum RowFile: Sendable {
  case stored(StoredRows)
  case lines(LineFile, name: String)

  /// Where one of the rows is: its place among those that are stored, or its bytes.
  struct Place: Sendable {
    var start: Int
    var count: Int
  }

  /// - Parameters:
  ///   - readsThreads: whether rows that are messages of threads are read as conversations.
  ///   - tally: counts every row.
  static func open(
    _ source: DatasetSource, columns: ColumnMapping, readsThreads: Bool,
    tally: inout FormatTally
  ) throws(DataError) -> (file: RowFile, notices: [String]) {
    var walked = tally
    if let lines = try lines(of: source), try lines.isWalked(readsThreads, &walked) {
      tally = walked
      return (lines, [])
    }
    walked = tally
    var rows = StoredRows()
    var hasThreads = false
    let notice = try RowReader.forEachRow(of: source, columns: columns) { row throws(DataError) in
      hasThreads = hasThreads || readsThreads && ThreadReader.isThread(row.object)
      try store(row, in: &rows)
      walked.add(row)
    }
    let notices = notice.map { [$0] } ?? []
    if hasThreads, let threads = try conversations(of: rows, source, &tally) {
      return (threads.file, notices + [threads.notice])
    }
    tally = walked
    return (.stored(rows), notices)
  }

  private static func store(
    _ row: DatasetRow, in rows: inout StoredRows
  ) throws(DataError) {
    do throws(FileError) { try rows.append(row) } catch { throw DataError(error) }
  }

  /// The threads among the rows as conversations.
  private static func conversations(
    of rows: StoredRows, _ source: DatasetSource, _ tally: inout FormatTally
  ) throws(DataError) -> (file: RowFile, notice: String)? {
    let messages = (0..<rows.count).map { rows[$0] }
    guard let threads = try ThreadReader.conversations(of: messages, file: source.name) else {
      return nil
    }
    var conversations = StoredRows()
    for row in threads.rows {
      try store(row, in: &conversations)
      tally.add(row)
    }
    return (.stored(conversations), threads.notice)
  }

  /// A file that may be JSON Lines, by its name and by how it begins.
  private static func lines(of source: DatasetSource) throws(DataError) -> RowFile? {
    guard case .file(let path) = source, !Paths.isFolder(path) else { return nil }
    let others = [".txt", ".md", ".csv", ".tsv"]
    guard !others.contains(where: path.lowercased().hasSuffix),
      let file = try? LineFile(path: path), let head = try? file.head(4096)
    else { return nil }
    let text = head.starts(with: DataFile.byteOrderMark) ? head.dropFirst(3) : head[...]
    guard text.first(where: { !RowReader.isSpace($0) }) == UInt8(ascii: "{"),
      FileKind.of(text) == nil
    else { return nil }
    return .lines(file, name: source.name)
  }

  /// Counts every row. False, as soon as that is known, for a file that is read as a whole: a document laid out over
  /// lines, a single object, which may hold the rows, or threads.
  private func isWalked(
    _ readsThreads: Bool, _ tally: inout FormatTally
  ) throws(DataError) -> Bool {
    var count = 0
    var hasThreads = false
    do throws(DataError) {
      try forEachRow { row, _ in
        hasThreads = readsThreads && ThreadReader.isThread(row.object)
        count += 1
        tally.add(row)
        return !hasThreads
      }
    } catch {
      guard count == 0 else { throw error }
    }
    return count > 1 && !hasThreads
  }

  /// Calls `body` with each row and where it is, until that is false.
  func forEachRow(
    _ body: (DatasetRow, Place) throws(DataError) -> Bool
  ) throws(DataError) {
    switch self {
    case .stored(let rows):
      for index in 0..<rows.count {
        guard try body(rows[index], Place(start: index, count: 1)) else { return }
      }
    case .lines(let file, let name):
      try file.forEachLine(limit: RowReader.largestRow, failure: { DataError($0) }) {
        line throws(DataError) in
        let row = try unsafe RowReader.row(
          line.bytes, count: line.count, number: line.number, of: name)
        guard let row else { return true }
        return try body(row, Place(start: line.start, count: line.count))
      }
    }
  }

  /// A row that was given before; its line is not known.
  func row(at place: Place) throws(DataError) -> DatasetRow {
    switch self {
    case .stored(let rows): return rows[place.start]
    case .lines(let file, let name):
      let bytes: [UInt8]
      do throws(FileError) {
        bytes = try file.bytes(place.count, from: place.start)
      } catch {
        throw DataError(error)
      }
      let row = try unsafe bytes.withUnsafeBufferPointer { bytes throws(DataError) in
        try unsafe RowReader.row(bytes, count: place.count, number: 1, of: name)
      }
      guard let row else { throw DataError(file.changed) }
      return row
    }
  }

  /// The error of a file that has other rows than it had.
  var changed: DataError {
    switch self {
    case .lines(let file, _): return DataError(file.changed)
    case .stored(let rows):
      preconditionFailure("there are more than the \(rows.count) rows stored")
    }
  }
}
