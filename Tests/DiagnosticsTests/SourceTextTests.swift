import Diagnostics
import Testing

@Suite struct SourceTextTests {
  let source = SourceText(name: "a", text: "one\ntwö x\r\n\tdrei")

  @Test(arguments: [
    (0, 1, 1), (3, 1, 4), (4, 2, 1), (8, 2, 4), (9, 2, 5), (12, 3, 1), (17, 3, 6), (99, 3, 6),
    (-5, 1, 1),
  ])
  func offsetsHaveLinesAndColumns(offset: Int, line: Int, column: Int) {
    #expect(source.position(at: offset) == SourcePosition(line: line, column: column))
  }

  @Test func linesAreGivenWithoutTheirEnding() {
    #expect(source.lineCount == 3)
    #expect(
      (1...3).map { source.text(in: source.range(ofLine: $0)) } == ["one", "twö x", "\tdrei"])
    #expect(source.range(ofLine: 9).isEmpty)
  }

  @Test func bytesThatAreNoTextKeepTheirOffsets() {
    let broken = SourceText(name: "b", bytes: [0x61, 0xFF, 0x0A, 0x62])
    #expect(broken.position(at: 3) == SourcePosition(line: 2, column: 1))
    #expect(broken.text(in: SourceRange(0, 2)) == "a\u{FFFD}")
    #expect(broken.text(in: SourceRange(-3, 900)) == "a\u{FFFD}\nb")
  }
}
