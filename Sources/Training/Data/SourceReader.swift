import Files
import Tensors

/// Reads the rows of a source: of a file, or of several with their shares.
struct SourceReader {
  private let columns: ColumnMapping
  private let readsThreads: Bool
  private(set) var rows: [DatasetRow] = []
  /// What to say of the files.
  private(set) var notices: [String] = []

  init(_ source: DatasetSource, _ options: DatasetOptions) throws(DataError) {
    columns = options.columns
    readsThreads = options.format == nil || options.format == .messages
    switch source {
    case .inline: rows = try read(source, of: nil)
    case .file(let path) where !Paths.isFolder(path): rows = try read(source, of: nil)
    case .file(let path): try addAll([DatasetSource.Part(path: path)], seed: 0)
    case .files(let parts, let seed): try addAll(parts, seed: seed)
    }
  }

  /// The rows as they stand, threads as conversations.
  ///
  /// - Parameter file: what rows and notices are marked with, where there are several files.
  private mutating func read(
    _ source: DatasetSource, of file: String?
  ) throws(DataError) -> [DatasetRow] {
    var (rows, notice) = try RowReader.read(source, columns: columns)
    var found = notice.map { [$0] } ?? []
    if readsThreads,
      let threads = try ThreadReader.conversations(of: rows, file: source.name)
    {
      rows = threads.rows
      found.append(threads.notice)
    }
    notices += found.map { notice in file.map { "\($0): \(notice)" } ?? notice }
    guard let file else { return rows }
    for index in rows.indices { rows[index].file = file }
    return rows
  }

  private mutating func addAll(_ parts: [DatasetSource.Part], seed: UInt64) throws(DataError) {
    var counts: [String] = []
    for (place, part) in parts.enumerated() {
      var files = [part.path]
      if Paths.isFolder(part.path) {
        let folder = try DataFolder(part.path)
        files = folder.files
        if !folder.others.isEmpty {
          notices.append("\(part.path): not read: \(Shown.list(folder.others))")
        }
      }
      for file in files {
        let all = try read(.file(path: file), of: file)
        var generator = RandomGenerator(seed: seed, stream: "mix \(place) \(Paths.name(of: file))")
        let taken = Self.taken(all.count, weight: part.weight, &generator)
        rows += taken.map { all[$0] }
        let rest = part.weight == 1 ? "" : " of \(all.count), by the weight \(part.weight)"
        counts.append("\(Shown.clipped(Paths.name(of: file))) \(taken.count)\(rest)")
      }
    }
    notices.insert("rows of the files: \(Shown.list(counts))", at: 0)
  }

  /// The places of rows that a weight takes, in the file's order: each as often as it has whole parts, and of the rest
  /// a share that is drawn.
  private static func taken(
    _ count: Int, weight: Double, _ generator: inout RandomGenerator
  ) -> [Int] {
    let whole = Int(weight)
    let share = Int(((weight - Double(whole)) * Double(count)).rounded())
    let drawn = share > 0 ? Set(generator.permutation(count).prefix(share)) : []
    return (0..<count).flatMap { place in
      repeatElement(place, count: whole + (drawn.contains(place) ? 1 : 0))
    }
  }
}
