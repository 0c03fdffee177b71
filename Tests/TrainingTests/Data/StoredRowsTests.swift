import Files
import TestSupport
import Testing

import Training

/// Rows that stand in files without lines of JSON.
@Suite struct StoredRowsTests {
  private let folder = TemporaryFolder()

  /// 12 MB: more than stays in memory.
  private var table: String {
    let filling = String(repeating: "x", count: 6000)
    return "text,number\n"
      + (0..<2000).map { "\"row \($0)\n\(filling)\",\($0)\n" }.joined()
  }

  @Test func `more rows than stay in memory are the same rows`() throws {
    folder.write(table, as: "rows.csv")
    let rows = try RawRows(.file(path: folder.path + "/rows.csv"))
    #expect(rows.count == 2000)
    var number = 0
    try rows.forEach { row in
      #expect(row.line == 2 + 2 * number)
      #expect(row.object["number"] == .string("\(number)"))
      #expect(row.object["text"]?.string?.hasPrefix("row \(number)\nxxx") == true)
      #expect(row.object["text"]?.string?.utf8.count == 6005 + "\(number)".utf8.count)
      number += 1
    }
    #expect(number == 2000)
  }

  @Test func `what is no number in JSON is kept as the file has it`() throws {
    let path = References.tests + "/TablesTests/Files/nan.parquet"
    var scores: [JSONValue?] = []
    try RawRows(.file(path: path)).forEach { scores.append($0.object["score"]) }
    #expect(scores == [.digits("1.5"), .null, .digits("Infinity")])
  }
}
