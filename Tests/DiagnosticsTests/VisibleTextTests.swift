import Diagnostics
import Testing

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("\u{1B}]52;c;Zm9v\u{7}", #"\u{1B}]52;c;Zm9v\u{7}"#), ("a\rb", #"a\rb"#),
    ("\u{9B}31m", #"\u{9B}31m"#),
    ("\u{7F}\u{8}", #"\u{7F}\u{8}"#), ("a\u{202E}b\u{2066}c", #"a\u{202E}b\u{2066}c"#),
    ("\u{61C}\u{200E}\u{200F}", #"\u{61C}\u{200E}\u{200F}"#),
    ("a\u{200B}b\u{FEFF}", #"a\u{200B}b\u{FEFF}"#),
    ("a\u{200D}b\u{FE0F}", #"a\u{200D}b\u{FE0F}"#), ("\u{E0041}\u{E0100}", #"\u{E0041}\u{E0100}"#),
    ("\u{2028}\u{2029}\u{E0000}", #"\u{2028}\u{2029}\u{E0000}"#), ("\0", #"\u{0}"#),
    ("\u{3164}\u{115F}", #"\u{3164}\u{115F}"#),
  ]) func `what a terminal would obey, reorder or hide is written out`(text: String, shown: String)
  {
    #expect(VisibleText.escaped(text) == shown)
    #expect(VisibleText.rendered(text) == shown)
    #expect(VisibleText.escaped(shown) == shown)
  }

  @Test(arguments: [
    "naïve 日本語 한글 e\u{301}", "👩‍🔬 ❤️ 1️⃣ 🇩🇪", "می\u{200C}خواهم", "a\tb\nc", "a\r\nb", "\\u{1B} \u{E000}",
  ]) func `everything that can be seen stays`(text: String) {
    #expect(VisibleText.escaped(text) == text)
    #expect(VisibleText.rendered(text) == text)
  }

  @Test func `no scalar of Unicode gets past the rule that a terminal could obey`() {
    var text = String.UnicodeScalarView()
    for value in UInt32(0)...0x10FFFF {
      if let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
    for scalar in VisibleText.rendered(String(text)).unicodeScalars {
      let category = scalar.properties.generalCategory
      #expect(category != .control || scalar == "\n" || scalar == "\t", "\(scalar.value)")
      #expect(!scalar.properties.isBidiControl, "\(scalar.value)")
    }
  }

  @Test func `one line stays one line`() {
    #expect(VisibleText.onOneLine("a\nerror: b\tc\r\nd") == #"a\nerror: b\tc\r\nd"#)
  }

  @Test func `JSON says the same characters`() {
    #expect(
      VisibleText.json("\"a\u{7F}\u{9B}\u{202E}\u{E0041}é\"")
        == #""a\u007f\u009b\u202e\udb40\udc41é""#)
  }

  @Test func `only our own colours become sequences`() {
    let text = "x\u{1B}[31m" + StyledText.text("y\u{1B}[0m", code: "2")
    #expect(VisibleText.rendered(text) == "x\\u{1B}[31m\u{1B}[2my\\u{1B}[0m\u{1B}[0m")
    #expect(VisibleText.rendered("\u{2}123;1\u{3}") == #"\u{2}123;1\u{3}"#)
  }
}
