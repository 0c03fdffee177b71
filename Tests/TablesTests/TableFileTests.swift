import Files
import TestSupport
import Testing

import Tables

/// Files by pyarrow, polars and DuckDB, made by `make_columns.py`.
@Suite struct TableFileTests {
  private static let folder = References.tests + "/TablesTests/Files/"

  private func table(_ name: String) throws -> (rows: [JSONObject], leftOut: [TableFile.LeftOut]) {
    let bytes = try MappedFile.contents(of: Self.folder + name)[...]
    return try read(bytes, try #require(TableFile.Kind(of: bytes), "\(name)"), name)
  }

  @discardableResult
  private func read(
    _ bytes: ArraySlice<UInt8>, _ kind: TableFile.Kind, _ name: String
  ) throws(FileError) -> (rows: [JSONObject], leftOut: [TableFile.LeftOut]) {
    var table = try TableFile(reading: bytes, kind, path: name)
    var rows: [JSONObject] = []
    while let row = try table.next() { rows.append(row) }
    return (rows, table.leftOut)
  }

  private func lines(_ name: String) throws -> [JSONValue] {
    try MappedFile.contents(of: Self.folder + name).split(separator: 0x0A).map {
      try JSONValue(parsing: $0, keepsDigits: true)
    }
  }

  @Test(
    arguments: [
      "none.parquet", "snappy.parquet", "gzip.parquet", "zstd.parquet", "lz4.parquet",
      "brotli.parquet", "groups.parquet", "delta.parquet", "delta-length.parquet",
      "duckdb.parquet", "polars.parquet", "stream.arrow", "file.arrow", "views.arrow",
      "polars.arrow", "lz4.feather",
    ])
  func `lists of records, nulls and empty lists are the same rows however they are stored`(
    name: String
  ) throws {
    let table = try table("chats-\(name)")
    #expect(table.rows.map { .object($0) } == (try lines("chats.jsonl")))
    #expect(table.leftOut.isEmpty)
  }

  @Test(arguments: ["scalars-plain.parquet", "scalars-old.parquet", "scalars-stream.arrow"])
  func `numbers keep all their digits, times are ISO 8601, and bytes are left out by name`(
    name: String
  ) throws {
    let table = try table(name)
    for (given, wanted) in zip(table.rows, try lines("scalars.jsonl")) {
      for (one, other) in zip(given.members, wanted.object?.members ?? []) {
        #expect(one == other)
      }
      #expect(given.keys == wanted.object?.keys)
    }
    #expect(table.rows.count == 3)
    #expect(table.leftOut.map { "\($0.column): \($0.content)" } == ["bytes: bytes"])
  }

  @Test func `what is no number is missing, as in pandas`() throws {
    let values = try table("nan.parquet").rows.map { $0["score"] }
    #expect(values == [.digits("1.5"), .null, .digits("Infinity")])
  }

  @Test(
    arguments: [
      ("bomb-nulls.parquet", "more than 1011904 values"),
      ("bomb-text.parquet", "more than 16908544 bytes of text"),
      ("bomb-zeros.arrow", "bytes of it become more than"),
      ("bomb-delta.parquet", "unpacked it has more than 16895488 bytes"),
    ])
  func `a few bytes that stand for very much are refused`(name: String, cause: String) throws {
    let start = ContinuousClock.now
    let error = #expect(throws: FileError.self) { try table(name) }
    #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")")
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func `a file that is cut is called so, and one that lies is called damaged`() throws {
    for name in ["chats-none.parquet", "chats-file.arrow"] {
      let bytes = try MappedFile.contents(of: Self.folder + name)
      let kind = try #require(TableFile.Kind(of: bytes[...]))
      let error = #expect(throws: FileError.self) {
        try read(bytes.dropLast(5), kind, name)
      }
      #expect(error?.kind == .truncated, "\(name): \(error?.cause ?? "")")
    }
    let bytes = try MappedFile.contents(of: Self.folder + "chats-none.parquet")
    var lying = bytes
    lying[bytes.count - 6] = 0x7F
    let error = #expect(throws: FileError.self) {
      try read(lying[...], .parquet, "lying")
    }
    #expect(error?.cause.contains("said to be longer than the file") == true)
  }

  @Test(
    arguments: [
      "chats-snappy.parquet", "chats-zstd.parquet", "chats-delta.parquet",
      "chats-delta-length.parquet", "chats-duckdb.parquet", "scalars-plain.parquet",
      "chats-stream.arrow", "chats-file.arrow", "chats-views.arrow", "chats-lz4.feather",
      "scalars-stream.arrow",
    ])
  func `every cut and every changed byte is read or refused`(name: String) throws {
    let bytes = try MappedFile.contents(of: Self.folder + name)
    let kind = try #require(TableFile.Kind(of: bytes[...]))
    for length in stride(from: 0, to: bytes.count, by: 7) {
      _ = try? read(bytes[..<length], kind, name)
    }
    var changed = bytes
    for place in bytes.indices {
      for value in [0, 0x7F, 0x80, 0xFF, bytes[place] ^ 1, bytes[place] ^ 0x10] {
        changed[place] = value
        _ = try? read(changed[...], kind, name)
      }
      changed[place] = bytes[place]
    }
  }
}
