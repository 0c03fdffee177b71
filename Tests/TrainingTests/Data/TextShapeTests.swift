import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

import Training

/// Conversations that a row has as texts, and files in another encoding.
@Suite struct TextShapeTests {
  private func turns(_ data: Dataset) -> [String] {
    guard case .messages(let messages)? = data.examples.first?.content else { return [] }
    return messages.map { "\($0.role): \($0.content)|\($0.isTrained)" }
  }

  private func read(_ row: String) throws -> Dataset {
    try dataset(row, DatasetOptions(template: "chatml"))
  }

  @Test(arguments: ["conversations", "data"])
  func `of a list of texts every second is a reply`(key: String) throws {
    let data = try read("{\"\(key)\": [\"a\", \"b\", \"c\", \"d\"], \"source\": \"wiki\"}")
    #expect(
      turns(data) == [
        "user: a|false", "assistant: b|true", "user: c|false", "assistant: d|true",
      ])
    #expect(data.summary.notices.contains { $0.contains("the first text is the user's") })
    #expect(data.summary.notices.contains("not used: source (in 1 row)"))
  }

  @Test func `a text alone has no reply, and numbers are no texts`() {
    let options = DatasetOptions(template: "chatml")
    #expect(
      dataError("{\"conversations\": [\"a\"]}", options)?.reason.contains("it has no reply")
        == true)
    #expect(
      dataError("{\"conversations\": [\"a\", 1]}", options)?.reason.contains("not an object")
        == true)
  }

  @Test func `Glaive's chats are turns, and the mark behind a reply is its end`() throws {
    let data = try read(
      """
      {"system": "SYSTEM: Be brief.", "chat": "USER: Hi, USER: is no mark here\\n\\n\\nASSISTANT: Hello\\n\\nyou \
      <|endoftext|>\\n\\n\\nUSER: Bye\\n\\n\\nASSISTANT: Bye <|endoftext|>\\n\\n\\n"}
      """)
    #expect(
      turns(data) == [
        "system: Be brief.|false", "user: Hi, USER: is no mark here|false",
        "assistant: Hello\n\nyou|true", "user: Bye|false", "assistant: Bye|true",
      ])
    #expect(data.summary.notices.contains { $0.hasPrefix("rows of Glaive's function calls") })
  }

  @Test func `what a function answers is a tool's turn`() throws {
    let row: String =
      "{\"chat\": \"USER: a\\n\\n\\nASSISTANT: <functioncall> {} <|endoftext|>\\n\\n\\n"
      + "FUNCTION RESPONSE: {\\\"b\\\": 1}\\n\\n\\nASSISTANT: c <|endoftext|>\"}"
    let data = try dataset(row, DatasetOptions(), jinja: chatML)
    #expect(
      turns(data) == [
        "user: a|false", "assistant: <functioncall> {}|true", "tool: {\"b\": 1}|false",
        "assistant: c|true",
      ])
  }

  @Test(arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
  func `rows in UTF-16 with its mark are read`(encoding: String.Encoding) throws {
    for (name, text) in [
      ("rows.csv", "\u{FEFF}a,b\r\nä,😀\r\n"),
      ("rows.jsonl", "\u{FEFF}{\"a\": \"ä\", \"b\": \"😀\"}\n"),
    ] {
      let bytes = try #require(text.data(using: encoding))
      try withFile(name, Array(bytes)) { path in
        let rows = try RowReader.rows(of: .file(path: path))
        #expect(rows.map(\.object) == [["a": "ä", "b": "😀"]])
      }
    }
  }
}
