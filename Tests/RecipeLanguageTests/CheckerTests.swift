import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct CheckerTests {
  static func check(_ text: String, _ context: CheckContext = CheckContext()) -> [Diagnostic] {
    Checker.check(Parser.parse(SourceText(name: "test.recipe", text: text)), context: context)
  }

  /// Codes found in a cell of a session that has everything.
  static func codes(_ text: String) -> [String] {
    var context = CheckContext()
    context.isPrompt = true
    context.state = nil
    return check(text, context).map(\.code)
  }

  @Test(arguments: Golden.cases("checks")) func findingsAreAsRecorded(golden: Golden) throws {
    let findings = Checker.check(Parser.parse(try golden.source()), context: CheckContext())
    try golden.check(DiagnosticRenderer(isColored: false).render(findings))
  }

  @Test(arguments: [
    ("let a = 1\nlet a = 2", "E0304"), ("let a = 1\nfor a in [1] { show a }", "E0304"),
    ("let a = 1\nfor r in [1] {\n  let a = r\n}", "E0304"), ("while true { eval }", "E0109"),
    ("if true { eval }", "E0109"), ("def f", "E0109"), ("a = 1", "E0115"),
  ])
  func `names are bound once, and for is the only loop`(text: String, code: String) {
    #expect(Self.codes(text).contains(code), "\(Self.codes(text))")
  }

  @Test func `a number where a duration is wanted is told its unit`() throws {
    let diagnostic = try #require(Self.check("train budget: 10").first { $0.code == "E0204" })
    #expect(diagnostic.help == "write the unit: 10s or 10m")
  }

  @Test func `a variable may not take the name of a word`() {
    let words = VerbCatalog.standard.reservedWords.subtracting(Keyword.all).filter {
      !$0.contains("-")
    }
    #expect(words.count > 30)
    for word in words {
      #expect(Self.codes("let \(word) = 1").contains("E0303"), "\(word)")
    }
    #expect(Self.codes("let schemes = [nf4, int8]\nquantize nf4") == [])
    #expect(Self.codes("let valid = 3\neval on: valid") == [], "the word wins where it is listed")
  }

  @Test func `words with a hyphen need no quotes, and a hyphen elsewhere subtracts`() {
    #expect(Self.codes("dataset \"a.jsonl\", template: llama-2") == [])
    #expect(Self.codes("let t = [llama-3, chatml]") == [])
    #expect(Self.codes("dataset \"a.jsonl\", template: llama-4") != [])
    #expect(Self.codes("let n = 3\nlet m = n-2\nshow m - n") == [])
    #expect(
      FormatterTests.format("dataset \"a\",template:llama-2\nlet a = 3\nlet b = a-2\n")
        == "dataset \"a\", template: llama-2\nlet a = 3\nlet b = a - 2\n")
  }

  @Test func `the first line says the version of the language`() {
    #expect(Self.check("seed 1").map(\.code) == ["W0303"])
    #expect(Self.check("recipe \"a\", language: 1\nseed 1").map(\.code) == [])
    #expect(Self.check("recipe \"a\", language: 2\nseed 1").map(\.code) == ["E0604"])
    #expect(Self.check("seed 1\nrecipe \"a\", language: 1").map(\.code).contains("E0117"))
  }

  @Test(arguments: ["first-tune", "rank-sweep"]) func theStudyRecipesAreFaultless(name: String)
    throws
  {
    let text = try Golden.recipe("study/\(name).recipe")
    #expect(Self.check(text).filter(\.isError).map(\.message) == [])
  }
}
