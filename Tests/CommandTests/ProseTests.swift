import TestSupport
import Testing

@Suite struct ProseTests {
  @Test func `lines of a paragraph flow together, headings and items keep theirs`() throws {
    let outcome = try SkilletRun().recipe(
      """
      recipe "prose", language: 1

      ## # A title
      ## one
      ## two three
      ##
      ## - an item
      ## - another
      ##   that goes on
      ## 2. a number

      1 + 1

      """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let shown = outcome.output.split(separator: "\n").map(String.init)
    let prose = ["A title", "one two three", "- an item", "- another that goes on", "2. a number"]
    #expect(Array(shown.prefix(prose.count)) == prose, outcome.comment)
  }
}
