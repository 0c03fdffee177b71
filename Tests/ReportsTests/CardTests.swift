import Diagnostics
import Reports
import Testing

@Suite struct CardTests {
  @Test func `keys stand in one column and long values go on below themselves`() {
    let card = Card(
      "quantized to nf4",
      [.init("size", "69.4 MB, was 269 MB"), .init("kept", "the embedding and 61 norms")],
      notes: ["next: lora rank: 8"])
    #expect(
      card.lines(on: TextPage(columns: 30)) == [
        "quantized to nf4", "  size  69.4 MB, was 269 MB", "  kept  the embedding and 61",
        "        norms", "  next: lora rank: 8",
      ])
  }

  @Test func `a grid puts short rows side by side, and long ones below each other`() {
    let rows = ["a", "bb", "c", "d"].map { Card.Row($0, $0 + "1") }
    #expect(
      Card("title", rows).grid(on: TextPage(columns: 40)) == [
        "title", "  a   a1    c  c1", "  bb  bb1   d  d1",
      ])
    #expect(
      Card("", rows).grid(on: TextPage(columns: 12)) == [
        "  a   a1", "  bb  bb1", "  c   c1", "  d   d1",
      ])
  }

  @Test func `wrapping breaks at blanks, inside words that are too long, and keeps newlines`() {
    #expect(WrappedText.lines("aa bb cc", columns: 5) == ["aa bb", "cc"])
    #expect(WrappedText.lines("abcdefgh i", columns: 3) == ["abc", "def", "gh", "i"])
    #expect(
      WrappedText.lines("[\"a\",\"bcd\",\"e\"]", columns: 9) == ["[\"a\",", "\"bcd\",", "\"e\"]"])
    #expect(WrappedText.lines(",abcd", columns: 3) == [",ab", "cd"])
    #expect(WrappedText.lines("日本語", columns: 4) == ["日本", "語"])
    #expect(WrappedText.lines("a\n\nb", columns: 9) == ["a", "", "b"])
  }
}
