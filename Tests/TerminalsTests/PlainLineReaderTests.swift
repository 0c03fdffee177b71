import Glibc
import Terminals
import Testing

@Suite struct PlainLineReaderTests {
  /// A reader of this text through a pipe; brackets keep a cell open.
  private func reader(_ text: String) -> PlainLineReader {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    TextOutput(descriptor: ends[1]).write(text)
    close(ends[1])
    let reader = PlainLineReader(descriptor: ends[0])
    reader.completeness = { text in
      let depth = text.reduce(0) { $0 + ($1 == "[" ? 1 : $1 == "]" ? -1 : 0) }
      return depth > 0 ? .incomplete(indent: 2) : depth < 0 ? .invalid : .complete
    }
    return reader
  }

  @Test func `lines are put together until they make a cell`() {
    let reader = reader("a\n\n  \nb [\n  1\n]\r\nc")
    #expect(reader.readLine() == .line("a"))
    #expect(reader.firstLine == 1)
    #expect(reader.readLine() == .line("b [\n  1\n]"))
    #expect(reader.firstLine == 4)
    #expect(reader.readLine() == .line("c"))
    #expect(reader.firstLine == 7)
    #expect(reader.readLine() == .endOfFile)
  }

  @Test func `an unfinished or wrong cell is handed over for its error`() {
    let wrong = reader("a ]\nb [\n1")
    #expect(wrong.readLine() == .line("a ]"))
    #expect(wrong.readLine() == .line("b [\n1"))
    #expect(wrong.readLine() == .endOfFile)
  }

  @Test func `a line longer than any buffer comes whole`() {
    let long = String(repeating: "日", count: 20_000)
    #expect(reader(long + "\nx\n").readLine() == .line(long))
  }
}
