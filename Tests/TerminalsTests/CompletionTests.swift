import Terminals
import Testing

@Suite struct CompletionAnswerTests {
  private func items(_ inserts: [String], _ range: Range<Int>) -> [CompletionItem] {
    inserts.map { CompletionItem(insert: $0, display: $0, replaceRange: range) }
  }

  @Test func `one match replaces what was typed, with what should follow`() {
    let answer = CompletionAnswer(items: items(["rank: "], 5..<7), text: "lora ra", cursor: 7)
    #expect(answer.before == 2)
    #expect(answer.after == 0)
    #expect(answer.insert == "rank: ")
    #expect(answer.listed.isEmpty)
  }

  @Test func `several matches insert what they share before they are listed`() {
    let found = items(["train_loss", "train_steps"], 0..<1)
    let first = CompletionAnswer(items: found, text: "t", cursor: 1)
    #expect(first.insert == "train_")
    #expect(first.listed.isEmpty)
    let again = items(["train_loss", "train_steps"], 0..<6)
    let second = CompletionAnswer(items: again, text: "train_", cursor: 6)
    #expect(second.insert == nil)
    #expect(second.listed == again)
  }

  @Test func `characters are counted, not bytes, and those behind the cursor go too`() {
    let answer = CompletionAnswer(items: items(["日本語"], 2..<8), text: "x 日木", cursor: 5)
    #expect(answer.before == 1)
    #expect(answer.after == 1)
    #expect(answer.insert == "日本語")
  }

  @Test func `no match and a match that is there already change nothing`() {
    #expect(CompletionAnswer(items: [], text: "x", cursor: 1).insert == nil)
    let there = CompletionAnswer(items: items(["x"], 0..<1), text: "x", cursor: 1)
    #expect(there.insert == nil)
    #expect(there.listed.isEmpty)
  }

  @Test(arguments: [-1..<1, 2..<3, 0..<99]) func `a range outside of the text does no harm`(
    range: Range<Int>
  ) {
    let answer = CompletionAnswer(items: items(["y"], range), text: "x", cursor: 1)
    #expect(answer.before <= 1)
    #expect(answer.after == 0)
  }
}

@Suite struct CompletionListTests {
  private func item(_ display: String, _ description: String = "") -> CompletionItem {
    CompletionItem(insert: display, display: display, description: description, replaceRange: 0..<0)
  }

  @Test func `a few items stand one a line beside their descriptions`() {
    let lines = CompletionList.lines(
      [item("rank:", "columns of the two thin matrices"), item("日本:", "wide")], columns: 30,
      rows: 10)
    #expect(lines == ["  rank:  columns of the two …", "  日本:  wide"])
  }

  @Test func `many items stand in columns that are read downwards`() {
    let lines = CompletionList.lines(
      ["a", "bb", "c", "d", "e"].map { item($0) }, columns: 14, rows: 10)
    #expect(lines == ["  a   c   e", "  bb  d"])
  }

  @Test func `what does not fit on the screen is counted`() {
    let lines = CompletionList.lines(
      (1...50).map { item("name\($0)", "text") }, columns: 30, rows: 4)
    #expect(lines.count == 4)
    #expect(lines[0] == "  name1   name4   name7")
    #expect(lines[3] == "  … 41 more: type a letter to narrow")
  }
}
