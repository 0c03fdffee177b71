import Diagnostics
import RecipeLanguage
import Testing

@Suite struct FormatterTests {
  static func format(_ text: String) -> String {
    Formatter.format(Parser.parse(SourceText(name: "test.recipe", text: text)))
  }

  @Test(arguments: Golden.cases("format")) func layoutIsAsRecorded(golden: Golden) throws {
    let formatted = Formatter.format(Parser.parse(try golden.source()))
    try golden.check(formatted)
    #expect(Self.format(formatted) == formatted)
  }

  @Test func aBrokenRecipeKeepsItsText() {
    #expect(Self.format("let   = 3") == "let   = 3")
  }

  @Test func nothingBecomesNothing() {
    #expect(Self.format("\n\n") == "")
  }
}
