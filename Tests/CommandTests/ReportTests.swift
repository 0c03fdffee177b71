import Files
import TestSupport
import Testing

/// `skillet run --report`: a run as one page.
@Suite struct ReportTests {
  private func page(_ skillet: SkilletRun) throws -> String {
    String(decoding: try skillet.folder.bytes(of: "out.html"), as: UTF8.self)
  }

  @Test
  func `a run becomes a page with prose, cells, tables and curves, and nothing from elsewhere`()
    throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.data + """
        ## # A title
        ## Words with `code` and *weight*.
        lora rank: 2
        train steps: 12, lr: 1e-2
        let runs = for r in [1, 2] { lora rank: r }
        show runs
        generate "one", max_tokens: 4

        """, "--report", "out.html")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let page = try page(skillet)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    for part in [
      "<h1>A title</h1>", "<code>code</code>", "<em>weight</em>", "<table>", "<svg",
      "training loss",
      "tokens a second", "peak memory", "<div class=\"long\"><dt>adapter_sha256</dt>",
      "<h2>Environment</h2>",
      "<dt>kernels</dt>",
      "prefers-color-scheme: dark", "default-src &#39;none&#39;",
    ] where !part.contains("&#39;") { #expect(page.contains(part), "\(part)") }
    for foreign in ["<script", "src=", "@import", "url(", "<link", "<img"] {
      #expect(!page.contains(foreign), "\(foreign)")
    }
    let addresses = page.ranges(of: "http").count
    #expect(
      addresses == page.ranges(of: "http-equiv").count
        + page.ranges(of: "xmlns=\"http://www.w3.org/2000/svg\"").count)
  }

  @Test func `text of data, names and prose is no markup`() throws {
    let skillet = try SkilletRun()
    let attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        ## \(attack) `\(attack)`
        let text = "\(attack)"
        show text
        show {"field": "\(attack)"}
        compare [{name: "\(attack)", loss: 1}, {name: "b", loss: 2}]
        tokenize "\(attack)"
        # \(attack)

        """, "--report", "out.html")
    #expect(outcome.ending == .exited(0) || outcome.errorCount > 0, outcome.comment)
    let page = try page(skillet)
    #expect(!page.contains("<script") && !page.contains("<img"))
    #expect(page.contains("&lt;script&gt;"))
  }

  @Test func `a run that fails is written as well, and still fails`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.load + "assert 1 > 2\n", "--report", "out.html")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(try page(skillet).contains("E0701"))
  }

  @Test func `a page that cannot be written fails the run, and another ending is refused`() throws {
    let skillet = try SkilletRun()
    let unwritten = try skillet.recipe(TinyRecipe.load, "--report", "nowhere/out.html")
    #expect(unwritten.ending == .exited(1), unwritten.comment)
    let named = try skillet.recipe(TinyRecipe.load, "--report", "out.pdf")
    #expect(named.ending == .exited(64) && named.errors.contains(".html"), named.comment)
  }
}
