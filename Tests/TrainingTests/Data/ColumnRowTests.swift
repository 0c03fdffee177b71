import Files
import TestSupport
import Testing

import Training

/// Rows of files that store columns.
@Suite struct ColumnRowTests {
  private func path(_ name: String) -> String { References.tests + "/TablesTests/Files/" + name }

  @Test(arguments: ["chats-zstd.parquet", "chats-stream.arrow", "chats-polars.arrow"])
  func `they are the rows that the same data has as JSON Lines, by their numbers`(
    name: String
  ) throws {
    let rows = try RowReader.rows(of: .file(path: path(name)))
    #expect(rows == (try RowReader.rows(of: .file(path: path("chats.jsonl")))))
    #expect(rows.map(\.line) == [1, 2, 3, 4, 5])
  }

  @Test func `they become examples, and those that cannot are named by their number`() throws {
    let dataset = try Dataset(
      reading: .file(path: path("chats-snappy.parquet")), options: DatasetOptions(),
      text: modelText(jinja: chatML))
    #expect(dataset.summary.format == .messages)
    #expect(dataset.examples.map(\.line) == [1])
    #expect(dataset.summary.skipped.map(\.line) == [2, 3, 4, 5])
  }

  @Test func `a packed file of columns is unpacked first`() throws {
    let folder = TemporaryFolder()
    folder.write(try MappedFile.contents(of: path("chats-none.parquet")), as: "rows.parquet")
    let ending = try ChildProcess(
      "/bin/sh", ["-c", "gzip rows.parquet"], environment: ["PATH": "/usr/bin:/bin"],
      folder: folder.path, input: ""
    ).outcome().ending
    #expect(ending == .exited(0))
    let rows = try RowReader.rows(of: .file(path: folder.path + "/rows.parquet.gz"))
    #expect(rows.count == 5)
  }

  @Test func `a column of bytes is left out by name, and refused where rows are made of it`() throws
  {
    func read(_ column: String) throws -> Dataset {
      let columns = try ColumnMapping(columns: ["text": column], cutAfter: nil)
      return try Dataset(
        reading: .file(path: path("scalars-plain.parquet")),
        options: DatasetOptions(columns: columns), text: modelText())
    }
    let dataset = try read("date")
    #expect(dataset.summary.notices.contains("left out, as rows cannot hold it: bytes (bytes)"))
    #expect(dataset.summary.rows == 2)
    let error = #expect(throws: DataError.self) { try read("bytes") }
    #expect(error?.reason == "the column \"bytes\" has bytes, and rows cannot hold it")
  }
}
