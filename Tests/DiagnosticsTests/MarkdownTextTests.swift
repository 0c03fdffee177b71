import Diagnostics
import Testing

@Suite struct MarkdownTextTests {
  @Test func `text of others is text`() {
    #expect(
      MarkdownText.literal("<script>alert(1)</script> [x](javascript:a) `|` *b* &lt; \u{1B}[2J")
        == #"&lt;script>alert(1)&lt;/script> \[x\](javascript:a) \`\|\` \*b\* &amp;lt; \\u{1B}\[2J"#
    )
    #expect(MarkdownText.literal("valid_loss 1.25 é") == "valid_loss 1.25 é")
  }

  @Test(arguments: [
    "# Title\n*a* [b](https://example.org/a?b=c&d) ![c](d%20e.svg) [f](#g) `[1]: x` a < 3",
    "<https://example.org> [ref]: https://example.org",
  ]) func `prose stays Markdown`(prose: String) {
    let expected = prose.split(separator: "<", omittingEmptySubsequences: false)
    #expect(
      MarkdownText.prose(prose)
        == expected.joined(separator: prose.hasPrefix("<") ? "<" : "&lt;"))
  }

  @Test(arguments: [
    ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
    ("<https://a onclick=b>", "&lt;https://a onclick=b>"),
    ("[x](javascript:alert(1))", #"[x\](javascript:alert(1))"#),
    ("[x]( <JavaScript:alert(1)>)", #"[x\]( &lt;JavaScript:alert(1)>)"#),
    ("[x](java&#115;cript&colon;a)", #"[x\](java&#115;cript&colon;a)"#),
    ("[x]: data:text/html,a", #"[x\]: data:text/html,a"#),
    ("[x](\tvbscript:a)", "[x\\](\tvbscript:a)"),
  ]) func `prose runs nothing`(prose: String, shown: String) {
    #expect(MarkdownText.prose(prose) == shown)
  }
}
