import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct FormatterTests {
  static func format(_ text: String) -> String {
    Formatter.format(Parser.parse(SourceText(name: "test.recipe", text: text)))
  }

  @Test(arguments: Golden.cases("format"))
  func `one layout for all, which stays when it is laid out again`(golden: Golden) throws {
    let formatted = Formatter.format(Parser.parse(try golden.source()))
    try golden.check(formatted)
    #expect(Self.format(formatted) == formatted)
  }

  @Test func aBrokenRecipeKeepsItsText() {
    #expect(Self.format("let   = 3") == "let   = 3")
  }

  @Test func `prose and comments are kept, and prose is kept apart`() {
    let text = "##  # Title\n##more\nseed 1 # why\n#left\n"
    #expect(Self.format(text) == "##  # Title\n## more\nseed 1  # why\n# left\n")
    let tree = Parser.parse(SourceText(name: "test", text: text))
    #expect(
      tree.statements.compactMap { if case .prose(let text) = $0.kind { text } else { nil } }
        == [" # Title", "more"])
  }

  @Test func nothingBecomesNothing() {
    #expect(Self.format("\n\n") == "")
  }

  @Test(arguments: ["", "\u{FEFF}"])
  func `a recipe of Windows lines runs, and gets one kind of line end`(mark: String) {
    let lines = [
      "recipe \"windows\", language: 1", "## Prose", "let a = [1,", "  2]", "let t = \"\"\"",
      "  one", "  two", "  \"\"\"", "show len(t)  # why", "for x in a {", "  show x", "}",
    ]
    let text = mark + lines.joined(separator: "\r\n") + "\r\n"
    let tree = Parser.parse(SourceText(name: "test.recipe", text: text))
    #expect(tree.diagnostics.isEmpty)
    #expect(Formatter.format(tree) == lines.joined(separator: "\n") + "\n")
    #expect(tree.source.position(at: mark.utf8.count) == SourcePosition(line: 1, column: 1))
  }
}
