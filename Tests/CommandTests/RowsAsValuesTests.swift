import TestSupport
import Testing

/// `head` and `describe`: the rows of a dataset as values.
@Suite struct RowsAsValuesTests {
  private let skillet: SkilletRun

  init() throws {
    skillet = try SkilletRun()
    let rows = (1...10).map {
      "{\"prompt\": \"number \($0)\", \"completion\": \"\($0 % 2 == 0 ? "even" : "odd")\"}\n"
    }
    skillet.folder.write(
      rows.joined() + "{\"prompt\": \"number 10\", \"completion\": \"even\"}\n", as: "rows.jsonl")
  }

  private func run(_ lines: String) throws -> ChildProcess.Outcome {
    try skillet.recipe(TinyRecipe.load + "dataset \"rows.jsonl\"\n" + lines)
  }

  @Test func `rows are values with the names of their fields`() throws {
    let outcome = try run(
      """
      let first = head 3
      assert first.rows == 11
      assert len(first.table) == 3
      assert first.table[1].prompt == "number 2"
      assert first.table[2].completion == "odd"
      assert first.table[0].trained_tokens < first.table[0].tokens
      assert (head 1, from: 11).table[0].prompt == "number 10"

      """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `the rows that split held out are those of its part`() throws {
    let outcome = try run(
      """
      split valid: 3, seed: 4
      let held = head 10, on: valid
      let kept = head 10
      assert held.rows == 3 and len(held.table) == 3
      assert kept.rows == 8
      let loss = (eval).loss
      assert (answers rows: 3, max_tokens: 1).rows == 3

      """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let far = try run("head 2, from: 12\n")
    #expect(far.ending == .exited(1), far.comment)
    #expect(far.errors.contains("error[E0412]: the part `train` has 11 rows"), far.comment)
    let none = try run("head 2, on: valid\n")
    #expect(none.ending == .exited(65), none.comment)
  }

  @Test func `a dataset is described by fields and lengths`() throws {
    let outcome = try run(
      """
      let data = describe
      assert data.rows == 11 and data.repeated == 1
      assert data.fields[1].distinct == 2
      assert data.fields[0].longest == 9 and data.fields[0].shortest == 8
      assert data.fields[1].first == "odd" and data.fields[1].median == 4
      assert sum(data.lengths.rows) == 11
      split valid: 3
      assert (describe on: valid).rows == 3

      """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `conversations and texts keep their shapes`() throws {
    skillet.folder.write(
      """
      {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "v"}, {"role": "assistant", "content": "b"}]}
      {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]}

      """, as: "chats.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        dataset "chats.jsonl", template: chatml
        let rows = (head 2).table
        assert rows[0].messages[3].content == "v"
        assert rows[1].system == "s" and rows[1].completion == "a"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }
}
