import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

import Training

/// Files of rows that are not kept in memory.
@Suite struct LargeFileTests {
  private let folder = TemporaryFolder()

  private func read(_ name: String, maxLength: Int = 512) throws -> Dataset {
    try Dataset(
      reading: .file(path: folder.path + "/" + name),
      options: DatasetOptions(template: "none", maxLength: maxLength), text: modelText())
  }

  @Test func `rows of a file of lines are those of the same text in the recipe`() throws {
    let text = """
      {"prompt": "a", "completion": "b"}

      {"prompt": "a", "completion": "b"}\r
      {"prompt": "ü", "completion": ""}
        {"prompt": 1, "completion": "long \(String(repeating: "x", count: 600))"}
      {"prompt": "e", "completion": "f", "more": [1]}
      """
    folder.write(text, as: "rows.jsonl")
    let lines = try read("rows.jsonl")
    let inline = try dataset(text)
    #expect(lines.tokenized == inline.tokenized)
    #expect(lines.summary == inline.summary)
    #expect(lines.tokenized.map(\.tokens) == inline.tokenized.map(\.tokens))
    #expect(lines.tokenized.map(\.trained) == inline.tokenized.map(\.trained))
    #expect(lines.examples == inline.examples)
    #expect(lines.examples.map(\.line) == [1, 3, 6])
  }

  @Test func `tokens that are many are in a file, and the same`() throws {
    let count = 320
    var text = ""
    func reply(_ number: Int) -> String {
      "\(number) " + String(repeating: "abcdefg\(number)", count: 6400)
    }
    for number in 0..<count {
      text += "{\"prompt\": \"p\(number)\", \"completion\": \"\(reply(number))\"}\n"
    }
    folder.write(text, as: "large.jsonl")
    let data = try read("large.jsonl", maxLength: 100_000)
    let file = try #require(data.tokenized.file)
    #expect(file.bytes > 32 << 20)
    #expect(data.summary.notices.contains { $0.contains("a temporary file in \(file.folder)") })
    for number in [0, 1, 137, 300, 318, 319] {
      let example = data.tokenized[number]
      #expect(trainedText(example) == reply(number) + "$")
      #expect(example.line == number + 1)
      #expect(example.identity == data.tokenized.outline(number).identity)
      #expect(example.trainedCount == data.tokenized.outline(number).trainedCount)
    }
    let chosen = data.tokenized.choosing([279, 3]).choosing([1])
    #expect(chosen.count == 1)
    #expect(chosen[0] == data.tokenized[3])
  }

  @Test func `a row that is looked at after its file changed is refused`() throws {
    let row = "{\"prompt\": \"a\", \"completion\": \"b\"}\n"
    folder.write(row + row, as: "rows.jsonl")
    let data = try read("rows.jsonl")
    #expect(data.examples.count == 2)
    folder.write(row + row + row, as: "rows.jsonl")
    let error = #expect(throws: DataError.self) { try data.example(at: 1) }
    #expect(error?.reason == "the file is not what it was when its rows were first read")
    #expect(data.tokenized.count == 2)
    #expect(trainedText(data.tokenized[1]) == "b$")
  }

  @Test func `a mistake in a line is told with its place`() throws {
    let row = "{\"prompt\": \"ä\", \"completion\": \"b\"}\n"
    folder.write(row + row + "{\"prompt\": \"ää\", completion: 1}\n", as: "rows.jsonl")
    let error = #expect(throws: DataError.self) { try read("rows.jsonl") }
    #expect(error?.line == 3)
    #expect(error?.column == 18)
    let bytes = Array((row + "{\"prompt\": \"ä").utf8) + [0xE4] + Array("\"}\n".utf8)
    try withFile("latin.jsonl", bytes) { path in
      let error = #expect(throws: DataError.self) { try RowReader.rows(of: .file(path: path)) }
      #expect(error?.reason == "the byte 0xe4 here is not UTF-8")
    }
    try Data(bytes).write(to: URL(filePath: folder.path + "/latin.jsonl"))
    let latin = #expect(throws: DataError.self) { try read("latin.jsonl") }
    #expect(latin?.reason == "the byte 0xe4 here is not UTF-8")
    #expect(latin?.line == 2)
    #expect(latin?.column == 14)
  }
}
