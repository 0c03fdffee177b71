import Files

/// The rows of a file that stores columns: Parquet, and Arrow's files and streams.
package struct TableFile {
  package enum Kind: Sendable {
    case parquet, arrowFile, arrowStream

    /// The kind of a file of these bytes, by how they begin.
    package init?(of bytes: ArraySlice<UInt8>) {
      let starts: [([UInt8], Kind)] = [
        (Array("PAR1".utf8), .parquet), (Array("ARROW1".utf8), .arrowFile),
        ([0xFF, 0xFF, 0xFF, 0xFF], .arrowStream),
      ]
      guard let kind = starts.first(where: { bytes.starts(with: $0.0) })?.1 else { return nil }
      self = kind
    }

    /// With its article.
    package var name: String {
      switch self {
      case .parquet: "a Parquet file"
      case .arrowFile: "an Arrow file"
      case .arrowStream: "an Arrow stream"
      }
    }
  }

  /// A column, or a part of one, that rows do not have.
  package struct LeftOut: Equatable, Sendable {
    /// Names of records, with points between them.
    package let column: String
    /// What is in it, as in "bytes".
    package let content: String

    init(_ path: [String], _ content: String) {
      column = path.filter { !$0.isEmpty }.joined(separator: ".")
      self.content = content
    }
  }

  package private(set) var rows: [JSONObject] = []
  package let leftOut: [LeftOut]

  /// Reads all rows. Numbers are kept by their digits, as of JSON; points in time are texts as ISO 8601 has them.
  ///
  /// - Parameter path: for messages.
  package init(
    reading bytes: ArraySlice<UInt8>, _ kind: Kind, path: String
  ) throws(FileError) {
    do throws(TableFault) {
      switch kind {
      case .parquet:
        var file = try ParquetFile(bytes)
        leftOut = file.schema.leftOut
        while let group = try file.nextRows() { rows += group }
      case .arrowFile, .arrowStream:
        var stream = try ArrowStream(bytes, isFile: kind == .arrowFile)
        leftOut = stream.leftOut
        while let batch = try stream.nextRows() { rows += batch }
      }
    } catch {
      throw Self.error(error, kind, path)
    }
  }

  private static func error(_ fault: TableFault, _ kind: Kind, _ path: String) -> FileError {
    switch fault.kind {
    case .damaged:
      FileError(
        .malformed, file: path, cause: "this is \(kind.name) that is damaged: \(fault.cause)",
        fix: "download or write it again")
    case .truncated:
      FileError(
        .truncated, file: path, cause: "this is \(kind.name) that is not whole: \(fault.cause)",
        fix: "download or write it again")
    case .unsupported:
      FileError(
        .unsupported, file: path, cause: "this is \(kind.name) that cannot be read: \(fault.cause)",
        fix: "write it again without that, or its rows as JSON Lines")
    case .tooLarge:
      FileError(
        .unsupported, file: path, cause: "this is \(kind.name) that is too large: \(fault.cause)",
        fix: "write its rows into several files")
    }
  }
}
