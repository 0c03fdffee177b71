import Testing

import Training

@Suite struct DataFileTests {
  private func failure(_ name: String, _ bytes: [UInt8]) throws -> DataError? {
    try withFile(name, bytes) { path in
      #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
    }
  }

  @Test func namesTheFirstByteThatIsNotUTF8() throws {
    let bytes = Array("{\"a\": 1}\n{\"a\": \"ü caf".utf8) + [0xE9] + Array("\"}".utf8)
    let error = try failure("rows.jsonl", bytes)
    #expect(error?.line == 2)
    #expect(error?.column == 13)
    #expect(error?.reason == "the byte 0xe9 here is not UTF-8")
    // Latin-1 has no letters from 0x80 to 0x9F, where Windows has quotes.
    #expect(error?.fix.contains("`iconv -f cp1252 -t utf-8 ") == true)
  }

  @Test(
    arguments: [
      ([0x7B, 0xC0], "0xc0"), ([0x7B, 0xF0, 0x9F], "0xf0"), ([0x7B, 0xED, 0xA0, 0x80], "0xed"),
    ] as [([UInt8], String)])
  func namesBytesThatAreNoCharacter(bytes: [UInt8], kind: String) throws {
    let error = try failure("rows.jsonl", bytes)
    #expect(error?.reason.contains(kind) == true)
    #expect(error?.fix.contains("UTF-8") == true)
  }

  @Test func namesANeighbourOfAMissingFile() throws {
    try withFile("train.jsonl", Array("{}".utf8)) { path in
      let missing = path.replacing("train.jsonl", with: "trian.jsonl")
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: missing)) }
      #expect(error?.reason == "there is no such file")
      #expect(error?.fix == "Did you mean \(path)?")
      let folder = String(path.dropLast("/train.jsonl".count))
      let asFolder = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: folder)) }
      #expect(asFolder?.fix == "Name one of its files: train.jsonl")
    }
  }
}
