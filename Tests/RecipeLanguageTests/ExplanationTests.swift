import Diagnostics
import Foundation
import RecipeLanguage
import Sessions
import Testing

@Suite struct ExplanationTests {
  /// The codes found in an example under the conditions of its page.
  static func codes(_ text: String, _ stage: Explanation.Stage) -> [String] {
    var context = CheckContext()
    context.isPrompt = stage != .checking
    if stage != .checking { context.state = nil }
    return CheckerTests.check(text, context).map(\.code)
  }

  @Test(arguments: Explanation.all.map(\.code)) func examplesShowTheirCode(code: String) throws {
    let page = try #require(Explanation.of(code))
    if page.stage == .running {
      #expect(!Self.codes(page.wrong, page.stage).contains { $0.hasPrefix("E05") })
    } else {
      #expect(Self.codes(page.wrong, page.stage).contains(code))
    }
    let right = Self.codes(page.right, page.stage)
    #expect(!right.contains(code))
    #expect(right.filter { $0.hasPrefix("E") } == [])
  }

  @Test func `bytes that are no text are told as such`() {
    let source = SourceText(name: "test", bytes: Array("show 1".utf8) + [0xFF, 10])
    #expect(Parser.parse(source).diagnostics.map(\.code).contains("E0102"))
  }

  @Test func codesAreExplainedOnce() {
    let codes = Explanation.all.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(Explanation.of("e0203")?.code == "E0203")
    #expect(Explanation.of("E9999") == nil)
  }

  @Test func everyCodeInTheSourcesHasAPage() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardized.resolvingSymlinksInPath()
    let files = FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String] ?? []
    #expect(files.contains("RecipeLanguage/Lexer.swift"))
    let known = Set(Explanation.all.map(\.code))
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
      for match in text.matches(of: /"([EW]0\d{3})"/) where match.1 != "E0600" {
        #expect(known.contains(String(match.1)), "\(match.1) in \(file)")
      }
    }
  }

  @Test func pagesHoldBothExamples() throws {
    let page = try #require(Explanation.of("E0112")).page
    #expect(page.hasPrefix("E0112: a named argument without its colon\n"))
    #expect(page.contains("\n    lora rank 8\n") && page.contains("\n    lora rank: 8\n"))
  }
}
