import Files
import Tokenizers

/// Which formats, and which shapes of rows, the rows of a dataset have: counted one row after the other.
struct FormatTally {
  let options: DatasetOptions
  private(set) var rows = 0
  private(set) var first: DatasetRow?
  /// The formats that are considered: the one that a recipe names, or all.
  let formats: [DatasetFormat]
  /// For each two of them the number of rows that have the keys of both.
  private(set) var counts: [[Int]]
  /// The columns that the recipe names and no row has had.
  private(set) var absent: Set<String>
  /// Rows that have the keys of no format.
  private var others = 0
  /// For each of `KnownShape.all` how many of those are of it, and how many of all rows have the keys that it
  /// stands for.
  private var shaped: [Int]
  private var fitting: [Int]

  private let keys: [FormatKeys]
  private let shapes: [KnownShape]
  private let shapeKeys: [FormatKeys]

  init(_ options: DatasetOptions) {
    self.options = options
    absent = Set(options.columns.names.values)
    formats = options.format.map { [$0] } ?? DatasetFormat.allCases
    keys = formats.map { FormatKeys($0, options.columns) }
    counts = Array(repeating: Array(repeating: 0, count: formats.count), count: formats.count)
    let isOpen = options.format == nil && options.columns == ColumnMapping()
    shapes = isOpen ? KnownShape.all : []
    shapeKeys = shapes.map { FormatKeys($0.format, $0.mapping) }
    shaped = Array(repeating: 0, count: shapes.count)
    fitting = shaped
  }

  mutating func add(_ row: DatasetRow) {
    if first == nil { first = row }
    rows += 1
    if !absent.isEmpty { absent = absent.filter { row.object[$0] == nil } }
    let matching = keys.indices.filter { keys[$0].match(row.object) }
    for one in matching {
      for other in matching { counts[one][other] += 1 }
    }
    if matching.isEmpty { others += 1 }
    for index in shapes.indices {
      let isShaped = shapes[index].matches(row.object)
      let fits = shapes[index].columns.isEmpty ? isShaped : shapeKeys[index].match(row.object)
      if fits { fitting[index] += 1 }
      if matching.isEmpty, isShaped { shaped[index] += 1 }
    }
  }

  /// The shape that most rows have, where they have the keys of no format, and the count of rows that can be read so.
  private var shape: (shape: KnownShape, fitting: Int)? {
    guard others * 2 > rows, let most = shaped.max(), most > 0,
      let best = shaped.firstIndex(of: most)
    else { return nil }
    return (shapes[best], fitting[best])
  }

  /// The format that the rows are read as, and their shape where that decides it.
  func detection(file: String) throws(DataError) -> (FormatDetection, shape: KnownShape?) {
    guard let (shape, fitting) = shape else {
      return (try FormatDetection(of: self, file: file), nil)
    }
    var options = options
    (options.format, options.columns) = (shape.format, shape.mapping)
    var tally = FormatTally(options)
    (tally.rows, tally.first, tally.counts, tally.absent) = (rows, first, [[fitting]], [])
    return (try FormatDetection(of: tally, file: file), shape)
  }
}
