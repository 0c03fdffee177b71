import Files
import Tensors

/// The rows of a source: of a file, or of several with their shares.
struct SourceRows: Sendable {
  /// Where a row is: its file, and its place there.
  struct Place: Sendable {
    fileprivate var part: Int
    fileprivate var place: RowFile.Place
  }

  private struct Part {
    var rows: RowFile
    /// What rows and notices are marked with, where there are several files.
    var file: String?
    /// How often each row is taken; nil for once.
    var times: [UInt8]?

    /// How often the row of this number is taken; a file that is changed meanwhile may have more than were counted.
    func times(ofRow number: Int) throws(DataError) -> UInt8 {
      guard let times else { return 1 }
      guard times.indices.contains(number) else { throw rows.changed }
      return times[number]
    }
  }

  private var parts: [Part] = []
  /// What to say of the files.
  private(set) var notices: [String] = []
  /// What the rows look like, each as often as it is taken.
  private(set) var tally: FormatTally
  private let readsThreads: Bool

  init(_ source: DatasetSource, _ options: DatasetOptions) throws(DataError) {
    tally = FormatTally(options)
    readsThreads = options.format == nil || options.format == .messages
    switch source {
    case .inline: try add(source, of: nil)
    case .file(let path) where !Paths.isFolder(path): try add(source, of: nil)
    case .file(let path): try addAll([DatasetSource.Part(path: path)], seed: 0)
    case .files(let parts, let seed): try addAll(parts, seed: seed)
    }
  }

  /// Calls `body` with each row and where it is.
  func forEachRow(_ body: (DatasetRow, Place) throws(DataError) -> Void) throws(DataError) {
    for (index, part) in parts.enumerated() {
      var number = 0
      try part.rows.forEachRow { row, place throws(DataError) in
        var row = row
        row.file = part.file
        for _ in 0..<(try part.times(ofRow: number)) {
          try body(row, Place(part: index, place: place))
        }
        number += 1
        return true
      }
    }
  }

  /// A row that was given before; its line is not known.
  func row(at place: Place) throws(DataError) -> DatasetRow {
    try parts[place.part].rows.row(at: place.place)
  }

  /// The file of a row, where there are several.
  func file(of place: Place) -> String? { parts[place.part].file }

  /// Adds the rows of one file.
  ///
  /// - Returns: how many it has.
  @discardableResult
  private mutating func add(
    _ source: DatasetSource, of file: String?,
    times: ((Int) -> [UInt8])? = nil
  ) throws(DataError) -> Int {
    var counted = tally
    let (rows, found) = try RowFile.open(
      source, columns: tally.options.columns, readsThreads: readsThreads, tally: &counted)
    let count = counted.rows - tally.rows
    let part = Part(rows: rows, file: file, times: times?(count))
    parts.append(part)
    notices += found.map { notice in file.map { "\($0): \(notice)" } ?? notice }
    guard part.times != nil else {
      tally = counted
      return count
    }
    var number = 0
    try rows.forEachRow { row, _ throws(DataError) in
      for _ in 0..<(try part.times(ofRow: number)) { tally.add(row) }
      number += 1
      return true
    }
    return count
  }

  private mutating func addAll(_ given: [DatasetSource.Part], seed: UInt64) throws(DataError) {
    var counts: [String] = []
    for (place, part) in given.enumerated() {
      var files = [part.path]
      if Paths.isFolder(part.path) {
        let folder = try DataFolder(part.path)
        files = folder.files
        if !folder.others.isEmpty {
          notices.append("\(part.path): not read: \(Shown.list(folder.others))")
        }
      }
      for file in files {
        let name = Paths.name(of: file)
        let before = tally.rows
        guard part.weight != 1 else {
          let count = try add(.file(path: file), of: file)
          counts.append("\(Shown.clipped(name)) \(count)")
          continue
        }
        var generator = RandomGenerator(seed: seed, stream: "mix \(place) \(name)")
        let count = try add(.file(path: file), of: file) { count in
          Self.times(count, weight: part.weight, &generator)
        }
        counts.append(
          "\(Shown.clipped(name)) \(tally.rows - before) of \(count), by the weight \(part.weight)")
      }
    }
    notices.insert("rows of the files: \(Shown.list(counts))", at: 0)
  }

  /// How often a weight takes each row: as often as it has whole parts, and of the rest a share that is drawn.
  private static func times(
    _ count: Int, weight: Double, _ generator: inout RandomGenerator
  ) -> [UInt8] {
    let whole = Int(weight)
    let share = Int(((weight - Double(whole)) * Double(count)).rounded())
    var times = [UInt8](repeating: UInt8(whole), count: count)
    if share > 0 { for place in generator.permutation(count).prefix(share) { times[place] += 1 } }
    return times
  }
}
