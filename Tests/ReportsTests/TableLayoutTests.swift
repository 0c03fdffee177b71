import Reports
import Testing

@Suite struct TableLayoutTests {
  private let table = TextTable(
    columns: [.init("run"), .init("loss", .number), .init("prompt")],
    rows: [["a", "1.5", "x|y, \"z\""], ["日本", "12.25", "two\nlines"], ["c", "3"]])

  @Test func `a box aligns text left and numbers right`() {
    #expect(
      TableLayout(.document).box(table) == [
        "┌──────┬───────┬───────────┐", "│ run  │  loss │ prompt    │",
        "├──────┼───────┼───────────┤", "│ a    │   1.5 │ x|y, \"z\"  │",
        "│ 日本 │ 12.25 │ two↵lines │", "│ c    │     3 │           │",
        "└──────┴───────┴───────────┘",
      ])
  }

  @Test func `a narrow box lets text go on below itself, never numbers`() {
    #expect(
      TableLayout(TextPage(columns: 23, isUnicode: false)).box(table) == [
        "+------+-------+------+", "| run  |  loss | p... |", "+------+-------+------+",
        "| a    |   1.5 | x|y, |", "|      |       | \"z\"  |", "+------+-------+------+",
        "| 日本 | 12.25 | two↵ |", "|      |       | line |", "|      |       | s    |",
        "+------+-------+------+", "| c    |     3 |      |", "+------+-------+------+",
      ])
  }

  @Test func `a text of many lines is cut after some, and says so`() {
    let words = (1...40).map { "word\($0)" }.joined(separator: " ")
    let box = TableLayout(TextPage(columns: 20)).box(
      TextTable(columns: [.init("prompt")], rows: [[words]]))
    #expect(box.count == 4 + 6)
    #expect(box[box.count - 2].contains("…") && box[3].contains("word1 word2"))
  }

  @Test func `a long table shows its ends and counts the rest`() {
    let long = TextTable(columns: [.init("number", .number)], rows: (1...2_000).map { ["\($0)"] })
    #expect(
      TableLayout(.document, rowLimit: 4).box(long) == [
        "┌────────┐", "│ number │", "├────────┤", "│      1 │", "│      2 │", "│ … 1,9… │",
        "│   1999 │", "│   2000 │", "└────────┘",
      ])
    #expect(TableLayout(.document, rowLimit: nil).box(long).count == 2_004)
  }

  @Test func `markdown escapes pipes and newlines`() {
    #expect(
      table.markdown == [
        "| run | loss | prompt |", "| --- | ---: | --- |", #"| a | 1.5 | x\|y, "z" |"#,
        "| 日本 | 12.25 | two<br>lines |", "| c | 3 |  |",
      ])
  }

  @Test func `csv quotes what RFC 4180 asks to be quoted`() {
    #expect(
      table.csv == [
        "run,loss,prompt", #"a,1.5,"x|y, ""z""""#, "日本,12.25,\"two\nlines\"", "c,3,",
      ])
  }

  @Test func `line mode writes one field a line`() {
    #expect(
      table.oneFieldALine.prefix(5) == [
        "   run = a", "  loss = 1.5", "prompt = x|y, \"z\"", "", "   run = 日本",
      ])
  }

  @Test func `no columns and no rows are no trouble`() {
    #expect(TableLayout(.document).box(TextTable(columns: [], rows: [["a"]])).isEmpty)
    let empty = TextTable(columns: [.init("a")], rows: [])
    #expect(TableLayout(.document).box(empty) == ["┌───┐", "│ a │", "├───┤", "└───┘"])
  }
}
