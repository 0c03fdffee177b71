import Files
import Training

/// What `columns:` of a dataset can say: the parts of rows, and the columns of a file that play them.
package enum DataColumns {
  /// The parts of all formats.
  package static var parts: [String] { ColumnMapping.parts }

  /// Larger files would keep Tab waiting.
  private static let largestFile = 4 << 20

  /// The keys of the first rows of a file; none of one that cannot be read, or is large.
  package static func names(inFile name: String) -> [String] {
    let path = Paths.expandingHome(name)
    guard let size = Paths.size(of: path), size <= largestFile,
      let rows = try? RowReader.rows(of: .file(path: path))
    else { return [] }
    var seen: Set<String> = []
    return rows.prefix(100).flatMap(\.object.keys).filter { seen.insert($0).inserted }
  }
}
