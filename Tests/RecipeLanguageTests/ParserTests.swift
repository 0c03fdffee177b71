import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct ParserTests {
  static func parse(_ text: String) -> SyntaxTree {
    Parser.parse(SourceText(name: "test.recipe", text: text))
  }

  static func outline(_ expression: String) -> String {
    let outline = TreeOutline.of(parse("let x = " + expression))
    return String(outline.dropFirst("(let x ".count).dropLast(2))
  }

  @Test(arguments: Golden.cases("parse")) func treesAreAsRecorded(golden: Golden) throws {
    let tree = Parser.parse(try golden.source())
    #expect(tree.diagnostics.isEmpty)
    try golden.check(TreeOutline.of(tree))
  }

  @Test(arguments: Golden.cases("syntax-errors")) func errorsAreAsRecorded(golden: Golden) throws {
    let tree = Parser.parse(try golden.source())
    #expect(tree.hasErrors)
    try golden.check(DiagnosticRenderer(isColored: false).render(tree.diagnostics))
  }

  @Test(arguments: [
    ("1 + 2 * 3", "(+ 1 (* 2 3))"), ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
    ("1 - 2 - 3", "(- (- 1 2) 3)"), ("-x.y", "(- (. x y))"), ("-2..3", "(.. (- 2) 3)"),
    ("not a == b and c", "(and (not (== a b)) c)"), ("a or b and c", "(or a (and b c))"),
    ("a.b[0].c", "(. (at (. a b) 0) c)"), ("r in 1..<4", "(in r (..< 1 4))"),
    ("best(runs, by: loss)", "(best runs by: loss)"), ("[1, [2, 3],]", "[1 [2 3]]"),
    ("{a: 1, \"b c\": x}", "{a: 1 b c: x}"), ("(eval on: test).loss", "(. (eval! on: test) loss)"),
    ("a - (-b)", "(- a (- b))"), ("[a\n[1]\n]", "!"), ("x * -1", "(* x (- 1))"),
  ])
  func operatorsBindAsInTheGrammar(text: String, outline: String) {
    if outline == "!" {
      #expect(Self.parse("let x = " + text).hasErrors)
    } else {
      #expect(Self.outline(text) == outline)
    }
  }

  @Test(arguments: [
    ("10%", "0.1%"), ("90s", "90.0s"), ("1.5h", "5400.0s"), ("250ms", "0.25s"),
    ("512MB", "512000000B"), ("2KiB", "2048B"), ("1_000", "1000"), ("3e-4", "0.0003"),
    ("1..8", "(.. 1 8)"), ("2.5E+3", "2500.0"),
  ])
  func `numbers carry their units`(text: String, outline: String) {
    #expect(Self.outline(text) == outline)
  }

  @Test func escapesAndBracesInTextAreRead() {
    #expect(
      Self.outline(#""a\tb\n\"\\\u{e9}{{x}}{run.name}!""#)
        == #""a\tb\n\"\\é{x}"+{run.name}+"!""#)
  }

  @Test func textBlocksLoseTheirCommonIndent() {
    #expect(Self.outline("\"\"\"\n    a\n      b \\n\n\n    \"\"\"") == #"text"a\n  b \\n\n""#)
  }

  @Test func aSemicolonSilencesTheStatementBeforeIt() {
    #expect(
      TreeOutline.of(Self.parse("eval; eval\neval ;"))
        == "(eval!) silenced\n(eval!)\n(eval!) silenced\n")
  }

  @Test func `line ends count between statements only, and not behind a comma or an operator`() {
    let text = "lora rank: 8,\n  targets: [\n    q_proj,\n  ]\nlet a = 1 +\n  2\nlet b =\n 3"
    #expect(
      TreeOutline.of(Self.parse(text))
        == "(lora! rank: 8 targets: [q_proj])\n(let a (+ 1 2))\n(let b 3)\n")
  }

  @Test func `a verb inside an expression is a word; in parentheses it is a command`() {
    #expect(TreeOutline.of(Self.parse("inspect lora")) == "(inspect! lora)\n")
    #expect(TreeOutline.of(Self.parse("eval on: train")) == "(eval! on: train)\n")
    #expect(Self.outline("(eval on: test).perplexity") == "(. (eval! on: test) perplexity)")
  }

  @Test func severalMistakesAreReportedAtOnce() {
    let tree = Self.parse(
      "load \"a\" \"b\"\nlet = 3\nseed 1\nfor x in {a: 1} {\n  lora rank 8\n}\n")
    #expect(tree.diagnostics.map(\.code) == ["E0110", "E0110", "E0110", "E0112"])
    #expect(TreeOutline.of(tree) == "(seed! 1)\n")
  }

  @Test func `words of a sentence are an unknown command, not arguments of one`() {
    let tree = Self.parse("Lora adjourned after a long debate")
    #expect(tree.diagnostics.map(\.code) == ["E0201"])
    #expect(tree.diagnostics.first?.message == "there is no command `Lora`")
  }

  @Test func anOpenBracketDoesNotSwallowTheNextStatement() {
    let tree = Self.parse("lora targets: [q_proj,\nlet x = 1\n")
    #expect(tree.diagnostics.map(\.code).first == "E0110")
    #expect(TreeOutline.of(tree) == "(let x 1)\n")
  }
}
