import TestSupport
import Testing

import Training

@Suite struct FileKindTests {
  private func failure(_ name: String, _ bytes: [UInt8]) throws -> DataError? {
    try withFile(name, bytes) { path in
      #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
    }
  }

  @Test(
    arguments: [
      ("pc.tar", [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8), "a tar", "tar -xf "),
      ("pc.orc", Array("ORC\u{11}".utf8), "an ORC file", "pandas.read_orc("),
      ("pc.csv", Array("ORC\u{11}".utf8), "an ORC file", "read_orc("),
      ("a.jsonl", [0xFF, 0xFE, 0x7B], "UTF-16 text", "iconv -f utf-16 -t utf-8 "),
      ("a.jsonl", [0xFF, 0xFE, 0, 0xD8], "UTF-16 text", "iconv -f utf-16 -t utf-8 "),
      ("a.jsonl", Array("{\0\"\0a\0\"\0".utf8), "UTF-16 text", "iconv -f utf-16le -t utf-8 "),
      ("a.jsonl", Array("\0{\0\"\0a\0\"".utf8), "UTF-16 text", "iconv -f utf-16be -t utf-8 "),
      ("a.jsonl", [0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], "UTF-32 text", "iconv -f utf-32 -t utf-8 "),
      ("a.db", Array("SQLite format 3\0".utf8), "an SQLite database", "JSON Lines"),
      (
        "a.jsonl", Array("version https://git-lfs.github.com/spec/v1\noid".utf8),
        "a Git LFS pointer", "git lfs pull"
      ),
      ("a.jsonl", Array("<!DOCTYPE html><html>".utf8), "a web page", "Download"),
    ] as [(String, [UInt8], String, String)])
  func `a file that holds no rows as text is called what it is, with what turns it into rows`(
    name: String, bytes: [UInt8], kind: String, fix: String
  ) throws {
    let error = try failure(name, bytes)
    #expect(error?.reason.contains("this is \(kind)") == true, "\(error?.reason ?? "")")
    #expect(error?.fix.contains(fix) == true, "\(error?.fix ?? "")")
    #expect(fix.contains("iconv") || error?.fix.contains("iconv") == false)
  }

  @Test func `the file is named in the fix, and the rows get a name of their own`() throws {
    let start: [UInt8] = [0xFF, 0xFE, 0x7B]
    try withFile("pc.jsonl.old", start) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      #expect(
        error?.fix
          == "Convert it to UTF-8: `iconv -f utf-16 -t utf-8 \(path) > \(path.dropLast(4))`")
    }
    try withFile("pc.jsonl", start) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      let rows = "\(path.dropLast(6))-rows.jsonl"
      #expect(error?.fix == "Convert it to UTF-8: `iconv -f utf-16 -t utf-8 \(path) > \(rows)`")
    }
    try withFile("pc.csv", start) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      #expect(error?.fix.hasSuffix("\(path.dropLast(4))-utf8.csv`") == true)
    }
    try withFile("a b;rm.orc", Array("ORC".utf8)) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      #expect(error?.fix.contains("read_orc(\"FILE\").to_json(\"ROWS.jsonl\"") == true)
    }
  }

  /// Each is made by the tool before the bar, under a name that fits and under one that does not.
  @Test(
    arguments: [
      "iconv -f utf-8 -t utf-16le", "iconv -f utf-8 -t utf-16be",
      "iconv -f utf-8 -t utf-32",
    ], ["rows.packed", "rows.jsonl", "rows.jsonl.gz", "rows"])
  func `the command that a refusal proposes gives the rows, and leaves the file`(
    maker: String, name: String
  ) throws {
    let folder = TemporaryFolder()
    func shell(_ command: String) throws -> ChildProcess.Ending {
      try ChildProcess(
        "/bin/sh", ["-c", command], environment: ["PATH": "/usr/bin:/bin"], folder: folder.path,
        input: ""
      ).outcome().ending
    }
    let tool = maker.prefix { $0 != " " }
    // a machine that lacks the tool has no such file either
    guard try shell("command -v \(tool)") == .exited(0) else { return }
    folder.write("{\"prompt\": \"a\", \"completion\": \"b\"}\n", as: "plain")
    #expect(try shell("\(maker) plain > \(name)") == .exited(0))
    let packed = try folder.bytes(of: name)
    let file = folder.path + "/" + name
    let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: file)) }
    let parts = (error?.fix ?? "").split(separator: "`")
    let command = try #require(parts.dropFirst().first.map(String.init))
    #expect(try shell(command) == .exited(0), "\(command)")
    #expect(try folder.bytes(of: name) == packed, "\(command)")
    let rows = try #require(command.split(separator: " ").last.map(String.init))
    #expect(try RowReader.rows(of: .file(path: rows)).count == 1, "\(command)")
  }

  @Test func `only what looks like text in another encoding is sent to iconv`() throws {
    #expect(
      try failure("a.jsonl", Array("{\"a\": \"caf".utf8) + [0xE9])?.fix.contains("iconv") == true)
    let binary = try failure("a.bin", Array("{\"a\"".utf8) + [0, 1, 2, 0xE9])
    #expect(binary?.fix.contains("iconv") == false)
    #expect(binary?.fix.contains("no text file") == true)
  }
}
