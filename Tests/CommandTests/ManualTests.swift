import Files
import TestSupport
import Testing

/// What the command says of itself.
@Suite struct ManualTests {
  private let skillet: SkilletRun

  init() throws { skillet = try SkilletRun() }

  private func verbs() throws -> [String] {
    let reference = try skillet("reference", "--json")
    let page = try JSONValue(parsing: reference.output.utf8)
    return (page["verbs"]?.array ?? []).compactMap { $0["name"]?.string }
  }

  @Test func `every command has reasons, and those of lora count with the loaded model`() throws {
    let verbs = try verbs()
    #expect(verbs.count > 20)
    for verb in verbs {
      let outcome = try skillet(input: "??\(verb)\n")
      #expect(outcome.ending == .exited(0), outcome.comment)
      #expect(outcome.output.contains("\nWhy\n"), "\(verb): \(outcome.output)")
      #expect(!outcome.output.contains("\nHere\n"), "\(verb): no model is loaded")
    }
    let here = try skillet(input: "load \"\(TinyRecipe.model)\"\n??lora\n")
    #expect(here.output.contains("\nHere\n  q_proj has 64 × 64 = 4,096 weights"), here.comment)
  }

  @Test func `one vocabulary is kept in all that is printed of the language`() throws {
    let banned = /(?i)\b(illegal|invalid token|token stream|nil|null pointer|panic|fatal|oops)\b/
    let reference = try skillet("reference")
    var pages = [reference.output, try skillet("manual").output, try skillet("environment").output]
    let codes = Set(reference.output.matches(of: /\b([EW]0\d{3})\b/).map { String($0.1) })
    #expect(codes.count > 60)
    for code in codes.sorted() {
      let page = try skillet("explain", code)
      #expect(page.ending == .exited(0), page.comment)
      pages.append(page.output)
    }
    for page in pages {
      let found = page.firstMatch(of: banned)?.0
      #expect(found == nil, "\(found ?? ""): \(page.prefix(200))")
    }
  }

  @Test func `variables of the environment are on one page, by two names`() throws {
    let page = try skillet("environment")
    for name in ["SKILLET_THREADS", "SKILLET_MODELS", "SKILLET_HOME", "NO_COLOR", "SKILLET_PAGER"] {
      #expect(page.output.contains(name), page.comment)
    }
    #expect(try skillet("help", "environment").output.contains("SKILLET_THREADS: "))
  }

  @Test(arguments: [
    (["manual"], ".TH"), (["--generate-completion-script", "bash"], "complete"),
    (["--generate-completion-script", "zsh"], "#compdef skillet"),
    (["--generate-completion-script", "fish"], "complete -c"),
  ])
  func `what make install writes for man and shells is printed`(
    arguments: [String], part: String
  ) throws {
    let page = try skillet.run(arguments)
    #expect(page.ending == .exited(0) && page.output.contains(part), page.comment)
    let command = "skillet \(arguments.joined(separator: " ")) >"
    #expect(try SkilletRun.text("Makefile").contains(command), "\(command)")
  }
}
