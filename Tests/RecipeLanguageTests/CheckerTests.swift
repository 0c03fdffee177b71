import Diagnostics
import RecipeLanguage
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
    let findings = Checker.check(Parser.parse(try golden.source()))
    try golden.check(DiagnosticRenderer(isColored: false).render(findings))
  }

  @Test(arguments: ["first-tune", "rank-sweep"]) func theStudyRecipesAreFaultless(name: String)
    throws
  {
    let text = try Golden.recipe("study/\(name).recipe")
    #expect(Self.check(text).filter(\.isError).map(\.message) == [])
  }
}
