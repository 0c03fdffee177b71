import Terminals
import Testing

@Suite struct PastedTextTests {
  private let isOpen = { (text: String) in
    text.count { $0 == "[" } > text.count { $0 == "]" }
  }

  @Test func `a copied session loses its prompts and outputs`() {
    let session =
      "skillet[1]> let a = 1\nskillet[2]> a\nout[2]\n  rows 1\nskillet[12]> for x in [\n  1\n]\nr1: 2\n"
    #expect(
      PastedText.cleaned(session, promptName: "skillet", isOpen: isOpen)
        == "let a = 1\na\nfor x in [\n  1\n]")
  }

  @Test func `text without a prompt keeps lines that look like outputs`() {
    #expect(
      PastedText.cleaned("out[2] = 1\n\tb", promptName: "skillet", isOpen: isOpen)
        == "out[2] = 1\n\tb")
    #expect(
      PastedText.cleaned("skillet[x]> a", promptName: "skillet", isOpen: isOpen) == "skillet[x]> a")
  }

  @Test func `control characters cannot reach the terminal`() {
    #expect(
      PastedText.cleaned("a\u{1B}[31mb\u{7}\r\u{9B}c日", promptName: "skillet", isOpen: isOpen)
        == "a[31mbc日")
  }
}
