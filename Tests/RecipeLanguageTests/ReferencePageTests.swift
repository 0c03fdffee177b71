import Diagnostics
import Foundation
import RecipeLanguage
import Sessions
import Testing

/// The page of the language, and every recipe that stands in a page.
@Suite struct ReferencePageTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: top.appending(path: path), encoding: .utf8)
  }

  private static let page = "Sources/RecipeLanguage/REFERENCE.md"

  /// The contents of a page's fences in a language.
  private static func blocks(_ language: String, in page: String) -> [String] {
    page.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  /// What is wrong with a text: a whole recipe if it has a header, else lines that may follow any.
  private static func mistakes(_ text: String) -> [String] {
    var context = CheckContext()
    context.isPrompt = !text.hasPrefix("recipe ")
    if context.isPrompt { context.state = nil }
    return CheckerTests.check(text, context).map { "\($0.code): \($0.message)" }
  }

  @Test func `the committed page of the language is that of its declarations`() throws {
    #expect(
      try Self.text(Self.page) == ReferencePage(.standard).text,
      "it is stale; `make reference` renews it (swift run -c release skillet reference)")
  }

  @Test func `the page names every command, argument, function, unit and code`() {
    let text = ReferencePage(.standard).text
    for verb in VerbCatalog.standard.all {
      #expect(text.contains("\n### \(verb.name)\n"))
      for argument in verb.arguments { #expect(text.contains("| \(argument.name)")) }
      for example in verb.examples { #expect(text.contains(example + "\n")) }
    }
    for function in PureFunction.allCases { #expect(text.contains("`\(function.rawValue)(")) }
    for unit in Unit.all { #expect(text.contains("`\(unit)`")) }
    for page in Explanation.all { #expect(text.contains("| \(page.code) | \(page.title) |")) }
    #expect(text.contains(Grammar.text) && text.contains("| list of"))
  }

  @Test(arguments: [page, "README.md", "recipes/README.md"])
  func `recipes in a page have no mistakes`(_ path: String) throws {
    let text = try Self.text(path)
    let blocks = Self.blocks("recipe", in: text)
    if path == Self.page { #expect(blocks.count == VerbCatalog.standard.all.count + 1) }
    for block in blocks { #expect(Self.mistakes(block) == [], "\(block)") }
  }

  @Test func `the session in the README has no mistakes`() throws {
    let lines = try Self.text("README.md").split(separator: "\n")
    let cells = lines.compactMap { $0.firstMatch(of: /^skillet\[\d+\]> ([^:].*)/)?.1 }
    #expect(cells.count > 8)
    var context = CheckContext()
    context.isPrompt = true
    #expect(CheckerTests.check(cells.joined(separator: "\n"), context).map(\.message) == [])
  }
}
