import Terminals
import Testing

@Suite struct PastedTextTests {
  @Test func `a copied session loses its prompts and outputs`() {
    let session =
      "skillet[1]> let a = 1\nskillet[2]> a\nout[2] = 1\nskillet[12]> for x in [\n  1\n]\n"
    #expect(
      PastedText.cleaned(session, promptName: "skillet") == "let a = 1\na\nfor x in [\n  1\n]")
  }

  @Test func `text without a prompt keeps lines that look like outputs`() {
    #expect(PastedText.cleaned("out[2] = 1\n\tb", promptName: "skillet") == "out[2] = 1\n\tb")
    #expect(PastedText.cleaned("skillet[x]> a", promptName: "skillet") == "skillet[x]> a")
  }

  @Test func `control characters cannot reach the terminal`() {
    #expect(PastedText.cleaned("a\u{1B}[31mb\u{7}\r\u{9B}c日", promptName: "skillet") == "a[31mbc日")
  }
}
