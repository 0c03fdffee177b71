import RecipeLanguage
import Sessions
import Testing

@Suite struct InputCompletenessTests {
  @Test(arguments: [
    "", "eval", "let x = 1", "for r in [1] {\n  eval\n}", "# only a comment", "lora",
  ])
  func wholeInputIsComplete(text: String) {
    guard case .complete = InputCompleteness(of: text, verbs: .standard) else {
      Issue.record("\(text) is complete")
      return
    }
  }

  @Test(arguments: [
    ("for r in [1] {", 2), ("for r in [1] {\n  lora rank: r\n", 2), ("lora rank: 8,", 2),
    ("let x =", 2), ("let x = 1 +", 2), ("lora targets: [q_proj,", 2), ("dataset \"\"\"\n{}", 0),
    ("for r in [1] {\n  lora targets: [", 4), ("let x = (eval", 2), ("let x = {a: 1,\n b:", 2),
  ])
  func unfinishedInputAsksForMore(text: String, indent: Int) {
    guard case .incomplete(let found) = InputCompleteness(of: text, verbs: .standard) else {
      Issue.record("\(text) goes on")
      return
    }
    #expect(found == indent)
  }

  @Test(arguments: [
    "let x", "lora rank 8", "eval)", "\"open", "for r in [1] }", "let let = (", "a < b < c",
  ])
  func wrongInputIsBroken(text: String) {
    guard case .broken(let diagnostics) = InputCompleteness(of: text, verbs: .standard) else {
      Issue.record("\(text) is broken")
      return
    }
    #expect(!diagnostics.isEmpty)
  }
}
