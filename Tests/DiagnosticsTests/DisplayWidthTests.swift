import Diagnostics
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("abc", 3), ("naïve", 5), ("nai\u{308}ve", 5), ("日本語", 6), ("한글", 4), ("ｆｕｌｌ", 8), ("👍", 2),
    ("👩‍🔬", 2),
    ("🇩🇪", 2), ("❤️", 2), ("…", 1), ("⠤", 1), ("─", 1), ("\u{200B}", 0), ("", 0),
    (StyledText.text("red", code: "1;31"), 3),
  ]) func `columns are those of a terminal`(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test func `a cut text fills its columns and says that it was cut`() {
    #expect(DisplayWidth.truncated("abcdef", to: 4) == "abc…")
    #expect(DisplayWidth.truncated("abcd", to: 4) == "abcd")
    #expect(DisplayWidth.truncated("日本語", to: 4) == "日…")
    #expect(DisplayWidth.truncated("abc", to: 0) == "")
    #expect(
      DisplayWidth.truncated(StyledText.text("abcdef", code: "2"), to: 3)
        == StyledText.text("ab…", code: "2"))
  }

  @Test func `padding counts columns`() {
    #expect(DisplayWidth.padded("日", to: 4) == "日  ")
    #expect(DisplayWidth.padded("7", to: 3, alignment: .right) == "  7")
    #expect(DisplayWidth.padded("long", to: 2) == "long")
  }
}
