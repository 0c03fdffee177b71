import FoundationEssentials
import TestSupport
import Testing

/// `skillet accept` at a terminal, which asks for each value.
@Suite struct AcceptReviewTests {
  private static let recipe =
    TinyRecipe.header + "expect 1 == 5\nexpect 2\nexpect 3 ~= 7 within 1\nexpect 4 == 4\n"
  private static let question = "accept, reject, skip, All, quit [a,r,s,A,q,?]?"

  private struct Review {
    let skillet: SkilletRun
    let terminal: PseudoTerminal

    init(_ options: String...) throws {
      skillet = try SkilletRun(["TERM": "xterm", "NO_COLOR": "1"])
      skillet.folder.write(AcceptReviewTests.recipe, as: "a.recipe")
      terminal = try PseudoTerminal(
        SkilletRun.executable, ["accept", "a.recipe"] + options, environment: skillet.environment,
        folder: skillet.folder.path)
    }

    /// Waits for the question of a value, and answers it.
    func answer(_ number: Int, _ text: String) throws {
      try terminal.waitForCursorLine("\(number) of 3: \(question)")
      terminal.send(text)
    }

    /// The lines of the recipe behind its header, and how the command ended.
    func end() throws -> (status: Int32, lines: [Substring]) {
      let status = try terminal.waitForExit()
      let text = String(decoding: try skillet.folder.bytes(of: "a.recipe"), as: UTF8.self)
      return (status, Array(text.split(separator: "\n").dropFirst()))
    }
  }

  @Test func `each value is shown and asked for, and what was accepted is written`() throws {
    let review = try Review()
    try review.answer(1, "r\r")
    try review.answer(2, "accept\r")
    try review.answer(3, "s\r")
    let (status, lines) = try review.end()
    #expect(status == 1)
    #expect(
      lines == ["expect 1 == 5", "expect 2 == 2", "expect 3 ~= 7 within 1", "expect 4 == 4"])
    let shown = review.terminal.screen.lines
    #expect(
      Array(shown.drop { $0 != "a.recipe:3" }.prefix(3)) == [
        "a.recipe:3", "  - expect 2", "  + expect 2 == 2",
      ], "\(shown)")
    #expect(shown.contains("a.recipe: 1 accepted, 1 rejected, 1 skipped"), "\(shown)")
    #expect(review.skillet.folder.names == ["a.recipe"])
  }

  @Test func `all accepted, every expectation holds`() throws {
    let review = try Review()
    try review.answer(1, "a\r")
    try review.answer(2, "A\r")
    let (status, lines) = try review.end()
    #expect(status == 0)
    #expect(
      lines == ["expect 1 == 1", "expect 2 == 2", "expect 3 ~= 3 within 1", "expect 4 == 4"])
    #expect(review.terminal.screen.lines.contains("a.recipe: 3 accepted"))
    #expect(try review.skillet("run", "a.recipe").ending == .exited(0))
  }

  @Test(arguments: ["q\r", "\u{4}"])
  func `quitting skips the rest and writes what was accepted`(key: String) throws {
    let review = try Review()
    try review.answer(1, "a\r")
    try review.answer(2, key)
    let (status, lines) = try review.end()
    #expect(status == 1)
    #expect(lines.prefix(2) == ["expect 1 == 1", "expect 2"])
    #expect(review.terminal.screen.lines.contains("a.recipe: 1 accepted, 2 skipped"))
  }

  @Test func `Ctrl-C writes nothing`() throws {
    let review = try Review()
    try review.answer(1, "a\r")
    try review.answer(2, "\u{3}")
    let (status, lines) = try review.end()
    #expect(status == 130)
    #expect(lines.first == "expect 1 == 5")
    #expect(review.terminal.screen.text.contains("nothing is recorded"))
  }

  @Test func `another answer is told what there is, and asked again`() throws {
    let review = try Review()
    try review.answer(1, "yes\r")
    try review.terminal.wait(for: "the keys") { screen in
      screen.lines.contains { $0.hasPrefix("  r  reject: what is recorded stands") }
        && screen.cursorLine == "1 of 3: \(Self.question)"
    }
    review.terminal.send("q\r")
    #expect(try review.end().status == 1)
  }

  @Test func `with --all nobody is asked`() throws {
    let review = try Review("--all")
    let (status, lines) = try review.end()
    #expect(status == 0)
    #expect(lines.first == "expect 1 == 1")
    #expect(!review.terminal.output.contains("accept, reject"))
  }

  @Test func `with --json the questions stand beside the objects`() throws {
    let review = try Review("--json")
    try review.answer(1, "A\r")
    #expect(try review.end().status == 0)
    let count = review.terminal.output.components(separatedBy: #""decision":"accepted""#).count
    #expect(count == 4)
  }
}
