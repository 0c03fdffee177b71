import Terminals
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("abc", 3), ("naïve", 5), ("nai\u{308}ve", 5), ("日本語", 6), ("한글", 4), ("ｆｕｌｌ", 8), ("👍", 2),
    ("👩‍🔬", 2),
    ("🇩🇪", 2), ("❤️", 2), ("…", 1), ("⠤", 1), ("─", 1), ("\u{200B}", 0), ("", 0),
    ("\u{1B}[1;31mred\u{1B}[0m", 3),
  ]) func `columns are those of a terminal`(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test func `a cut text fills its columns and says that it was cut`() {
    #expect(DisplayWidth.truncated("abcdef", to: 4) == "abc…")
    #expect(DisplayWidth.truncated("abcd", to: 4) == "abcd")
    #expect(DisplayWidth.truncated("日本語", to: 4) == "日…")
    #expect(DisplayWidth.truncated("abc", to: 0) == "")
    #expect(
      DisplayWidth.truncated("\u{1B}[2mabcdef\u{1B}[0m", to: 3) == "\u{1B}[2mab…\u{1B}[0m")
  }

  @Test func `padding counts columns`() {
    #expect(DisplayWidth.padded("日", to: 4) == "日  ")
    #expect(DisplayWidth.padded("7", to: 3, alignment: .right) == "  7")
    #expect(DisplayWidth.padded("long", to: 2) == "long")
  }
}
