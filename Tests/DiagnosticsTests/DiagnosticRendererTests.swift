import Diagnostics
import Testing

@Suite struct DiagnosticRendererTests {
  func render(_ text: String, _ range: SourceRange, _ label: String = "here") -> String {
    let source = SourceText(name: "x.recipe", text: text)
    let diagnostic = Diagnostic("E0203", "wrong", at: Label(source, range, label))
    return DiagnosticRenderer(isColored: false).render(diagnostic)
  }

  @Test func placesReasonsAndHelpAreDrawn() {
    let text = "load \"a\"\n\n\n\n  lora targets: [q_prj]\n"
    let source = SourceText(name: "x.recipe", text: text)
    let diagnostic = Diagnostic(
      "E0203", "no module `q_prj`", at: Label(source, SourceRange(29, 34), "not a module"),
      secondary: [Label(source, SourceRange(0, 8), "this model decides")],
      notes: ["modules: q_proj"], help: "did you mean\nlora targets: [q_proj]")
    #expect(
      DiagnosticRenderer(isColored: false).render(diagnostic) == """
        error[E0203]: no module `q_prj`
          --> x.recipe:5:18
           |
         1 | load "a"
           | -------- this model decides
           :
         5 |   lora targets: [q_prj]
           |                  ^^^^^ not a module
           |
        help: did you mean
                lora targets: [q_proj]
        note: modules: q_proj

        """)
  }

  @Test func `words that the last column would cut stand before the carets`() {
    let source = SourceText(name: "x", text: "dataset columns: 1, drop: true")
    let diagnostic = Diagnostic(
      "E0202", "wrong", at: Label(source, SourceRange(20, 24), "no argument"))
    let drawing = DiagnosticRenderer(isColored: false, wrapWidth: 38).render(diagnostic)
    #expect(drawing.contains("\n   |         no argument ^^^^\n"), "\(drawing)")
    let wide = DiagnosticRenderer(isColored: false, wrapWidth: 60).render(diagnostic)
    #expect(wide.contains("\n   |                     ^^^^ no argument\n"), "\(wide)")
  }

  @Test func tabsAndWideLettersKeepCaretsInPlace() {
    #expect(render("\tx = 1", SourceRange(1, 2)).contains("\n 1 |     x = 1\n   |     ^ here\n"))
    #expect(render("日本 x", SourceRange(7, 8)).contains("\n 1 | 日本 x\n   |      ^ here\n"))
    #expect(render("e\u{301}x", SourceRange(3, 4)).contains("\n   |  ^ here\n"))
  }

  @Test func controlCharactersNeverReachTheTerminal() {
    #expect(!render("a\u{1B}[31mb\u{7}", SourceRange(0, 1)).contains("\u{1B}"))
  }

  @Test func anEmptyRangeGetsOneCaret() {
    #expect(render("let x =", SourceRange(at: 7)).contains("\n   |        ^ here\n"))
  }

  @Test func longLinesAreCutAroundThePlace() {
    let text = String(repeating: "é", count: 5000) + "X" + String(repeating: "b", count: 5000)
    let drawing = render(text, SourceRange(10_000, 10_001))
    let lines = drawing.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < 140 })
    let place = lines[3].firstIndex(of: "X").map {
      lines[3].distance(from: lines[3].startIndex, to: $0)
    }
    let caret = lines[4].firstIndex(of: "^").map {
      lines[4].distance(from: lines[4].startIndex, to: $0)
    }
    #expect(place == caret)
  }

  @Test func `on a narrow terminal nothing is wider than its columns`() {
    let source = SourceText(
      name: "a.recipe", text: "assert best(runs, by: perplexity).perplexity < 1, \"not reached\"")
    let drawing = DiagnosticRenderer(isColored: false, wrapWidth: 40).render(
      Diagnostic(
        "E0701", "assertion failed: this was not reached",
        at: Label(source, SourceRange(7, 48), "false")))
    let lines = drawing.split(separator: "\n")
    #expect(
      lines.prefix(2) == ["error[E0701]: assertion failed: this was", "              not reached"])
    #expect(lines.allSatisfy { $0.count <= 40 }, "\(drawing)")
    #expect(lines.contains { $0 == "   |  false " + String(repeating: "^", count: 25) })
  }

  @Test func colourIsTheCallersChoice() {
    let source = SourceText(name: "x", text: "a")
    let diagnostic = Diagnostic("E0101", "m", at: Label(source, SourceRange(0, 1)))
    let colored = DiagnosticRenderer(isColored: true).render(diagnostic)
    #expect(VisibleText.rendered(colored).contains("\u{1B}[1;31m"))
    #expect(!DiagnosticRenderer(isColored: false).render(diagnostic).contains("\u{1B}"))
  }
}
