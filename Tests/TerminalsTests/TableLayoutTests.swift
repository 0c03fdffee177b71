import Terminals
import Testing

@Suite struct TableLayoutTests {
  private let table = Table(
    columns: [.init("run"), .init("loss", .number), .init("prompt")],
    rows: [["a", "1.5", "x|y, \"z\""], ["日本", "12.25", "two\nlines"], ["c", "3"]])

  @Test func `a box aligns text left and numbers right`() {
    #expect(
      TableLayout().box(table) == [
        "┌──────┬───────┬───────────┐", "│ run  │  loss │ prompt    │",
        "├──────┼───────┼───────────┤", "│ a    │   1.5 │ x|y, \"z\"  │",
        "│ 日本 │ 12.25 │ two↵lines │", "│ c    │     3 │           │",
        "└──────┴───────┴───────────┘",
      ])
  }

  @Test func `a narrow box shortens text, never numbers`() {
    #expect(
      TableLayout(columns: 23, isUnicode: false).box(table) == [
        "+------+-------+------+", "| run  |  loss | p... |", "+------+-------+------+",
        "| a    |   1.5 | x... |", "| 日本 | 12.25 | t... |", "| c    |     3 |      |",
        "+------+-------+------+",
      ])
  }

  @Test func `a long table shows its ends and counts the rest`() {
    let long = Table(columns: [.init("number", .number)], rows: (1...2_000).map { ["\($0)"] })
    #expect(
      TableLayout(rowLimit: 4).box(long) == [
        "┌────────┐", "│ number │", "├────────┤", "│      1 │", "│      2 │", "│ … 1,9… │",
        "│   1999 │", "│   2000 │", "└────────┘",
      ])
    #expect(TableLayout(rowLimit: nil).box(long).count == 2_004)
  }

  @Test func `markdown escapes pipes and newlines`() {
    #expect(
      TableLayout().markdown(table) == [
        "| run | loss | prompt |", "| --- | ---: | --- |", #"| a | 1.5 | x\|y, "z" |"#,
        "| 日本 | 12.25 | two<br>lines |", "| c | 3 |  |",
      ])
  }

  @Test func `csv quotes what RFC 4180 asks to be quoted`() {
    #expect(
      TableLayout().csv(table) == [
        "run,loss,prompt", #"a,1.5,"x|y, ""z""""#, "日本,12.25,\"two\nlines\"", "c,3,",
      ])
  }

  @Test func `line mode writes one field a line`() {
    #expect(
      TableLayout().lines(table, mode: .line)?.prefix(5) == [
        "   run = a", "  loss = 1.5", "prompt = x|y, \"z\"", "", "   run = 日本",
      ])
    #expect(TableLayout().lines(table, mode: .jsonl) == nil)
  }

  @Test func `no columns and no rows are no trouble`() {
    #expect(TableLayout().box(Table(columns: [], rows: [["a"]])).isEmpty)
    let empty = Table(columns: [.init("a")], rows: [])
    #expect(TableLayout().box(empty) == ["┌───┐", "│ a │", "├───┤", "└───┘"])
  }
}
