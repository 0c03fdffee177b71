import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions
import Testing

@Suite struct ExpectationTests {
  /// What recording makes of the last line of a text.
  private func recorded(_ text: String) throws -> String {
    let source = SourceText(name: "test", text: text)
    let interpreter = Interpreter(executor: RecordingExecutor())
    try interpreter.runRecipe(Parser.parse(source).statements, of: source)
    let recorder = ExpectationRecorder(interpreter.expectations, in: source)
    let bytes = recorder.bytes(accepting: recorder.changes)
    if let reason = recorder.remainders.first?.reason { return reason }
    // what was written holds
    let again = SourceText(name: "again", bytes: bytes)
    let second = Interpreter(executor: RecordingExecutor())
    let tree = Parser.parse(again)
    #expect(tree.diagnostics.isEmpty, "\(again.text)")
    try second.runRecipe(tree.statements, of: again)
    #expect(second.failedExpectations == 0, "\(again.text)")
    return again.text
  }

  @Test(arguments: [
    ("expect 2 + 2", "expect 2 + 2 == 4"),
    ("expect 7 / 3", "expect 7 / 3 ~= 2.333 within 0.001"),
    ("expect -700000.0 / 3", "expect -700000.0 / 3 ~= -233333 within 1"),
    ("expect 1e-7 / 3", "expect 1e-7 / 3 ~= 3.333e-08 within 1e-11"),
    ("expect 2.0 - 2.0", "expect 2.0 - 2.0 ~= 0 within 1e-6"),
    (
      "let share = 12.345%\nexpect share", "let share = 12.345%\nexpect share ~= 12.35% within 0.1%"
    ),
    ("expect \"a\\n{{\"", "expect \"a\\n{{\" == \"a\\n{{\""),
    ("expect [nf4, \"x\"] # why", "expect [nf4, \"x\"] == [nf4, \"x\"] # why"),
    ("expect 90s * 2", "expect 90s * 2 == 180s"),
  ])
  func `a value is written with the precision that it can be held to`(
    text: String, expected: String
  ) throws {
    #expect(try recorded(text) == expected)
  }

  @Test(arguments: [
    ("expect 7 / 3 ~= 2.5 within 0.1", "expect 7 / 3 ~= 2.333 within 0.1"),
    ("expect 7 / 3 ~= 2 within 1e-3", "expect 7 / 3 ~= 2.33333 within 1e-3"),
    ("expect 7 / 3 ~= 2 within 1e-8", "expect 7 / 3 ~= 2.3333333333333335 within 1e-8"),
    ("expect 2.14 ~= 3 within 0.2", "expect 2.14 ~= 2.140 within 0.2"),
    ("expect 4.235 ~= 3.0 within 0.3", "expect 4.235 ~= 4.235 within 0.3"),
    ("expect 100 ~= -3 within 1%", "expect 100 ~= 100 within 1%"),
    ("expect 3 == 4", "expect 3 == 3"),
    ("expect 2.5 == 4", "expect 2.5 == 2.5"),
    ("expect \"b\" == \"a\"", "expect \"b\" == \"b\""),
  ])
  func `a value that changed is replaced, and its tolerance stays`(
    text: String, expected: String
  ) throws {
    #expect(try recorded(text) == expected)
  }

  @Test(arguments: [
    ("expect {a: 1}", "a record cannot be recorded; expect one of its fields"),
    ("for r in [1, 2] { expect r }", "its value differs between runs of a loop"),
    ("expect 3 == 1 + 1", "its right side is computed"),
    ("expect \"a\" matches \"b\"", "a pattern is the author's to change"),
  ])
  func `what cannot be recorded is told with its reason`(text: String, reason: String) throws {
    #expect(try recorded(text) == reason)
  }

  @Test func `all four forms hold or fail by what they say`() throws {
    let source = SourceText(
      name: "test",
      text: """
        expect 2 == 2
        expect 2.05 ~= 2 within 0.1
        expect 102 ~= 100 within 1%
        expect "roses are red" matches "r*s ?re red"
        expect 3
        """)
    let interpreter = Interpreter(executor: RecordingExecutor())
    try interpreter.runRecipe(Parser.parse(source).statements, of: source)
    #expect(interpreter.expectations.map(\.holds) == [true, true, false, true, false])
  }
}
