import Files

/// A file that stores columns, read one row at a time: Parquet, and Arrow's files and streams.
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

  package var leftOut: [LeftOut] { rows.leftOut }
  private var rows: any TableRows
  private let kind: Kind
  private let path: String

  /// Reads what the file says of its columns.
  ///
  /// - Parameter path: for messages.
  package init(
    reading bytes: ArraySlice<UInt8>, _ kind: Kind, path: String
  ) throws(FileError) {
    (self.kind, self.path) = (kind, path)
    do throws(TableFault) {
      switch kind {
      case .parquet: rows = try ParquetFile(bytes)
      case .arrowFile, .arrowStream: rows = try ArrowStream(bytes, isFile: kind == .arrowFile)
      }
    } catch {
      throw Self.error(error, kind, path)
    }
  }

  /// The next row; nil after the last. Numbers are kept by their digits, as of JSON; points in time are texts as
  /// ISO 8601 has them.
  package mutating func next() throws(FileError) -> JSONObject? {
    do throws(TableFault) {
      return try rows.next()
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

/// What gives the rows of one kind of file.
protocol TableRows {
  var leftOut: [TableFile.LeftOut] { get }

  /// The next row; nil after the last.
  mutating func next() throws(TableFault) -> JSONObject?
}
