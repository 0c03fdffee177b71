import Foundation
import TestSupport
import Testing

/// What the base and the adapter answer to held-out rows.
@Suite struct AnswersTests {
  @Test func `answers of the base and the adapter stand beside those wanted, and in a file`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.adapter + """
        train steps: 2, lr: 1e-3
        let seen = answers rows: 3, max_tokens: 4, to: "answers.jsonl"
        assert seen.rows >= 1 and seen.exact_match <= 1 and seen.base_rouge_l >= 0
        show seen.table
        use base
        let bare = answers rows: 3, max_tokens: 4
        assert bare.rouge_l == seen.base_rouge_l and bare.exact_match == seen.base_exact_match

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let rows = try String(decoding: skillet.folder.bytes(of: "answers.jsonl"), as: UTF8.self)
      .split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    #expect(!rows.isEmpty && rows.count <= 3)
    for row in rows {
      #expect(
        Set(row.keys) == ["line", "prompt", "wanted", "base", "adapter", "exact", "rouge_l"])
      #expect((row["wanted"] as? String)?.isEmpty == false)
      #expect(["one", "two", "three", "four"].contains(row["prompt"] as? String ?? ""), "\(row)")
    }
    #expect(outcome.output.contains("wanted") && outcome.output.contains("adapter"))
  }

  @Test func `the worst rows stand first, and what is JSON is counted`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      (0..<4).map { #"{"prompt": "q\#($0)", "completion": "{\"n\": \#($0)}"}"# }
        .joined(separator: "\n"), as: "pairs.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        dataset "pairs.jsonl"
        lora rank: 16, targets: all_linear
        train steps: 60, batch: 4, lr: 2e-2, schedule: constant
        let seen = answers on: train, max_tokens: 12
        assert seen.valid_json <= 1 and seen.base_valid_json < 1
        let likeness = seen.table.rouge_l
        assert likeness[0] <= likeness[1] and likeness[1] <= likeness[2] and likeness[2] <= likeness[3]
        show likeness[3] > likeness[0]

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    if outcome.output.contains("\ntrue\n") {
      #expect(
        outcome.errors.contains(#/the worst, line \d: wanted {"n": \d}\ngot /#), outcome.comment)
    }
  }

  @Test func `an adapter that has learnt its rows by heart answers them`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      (0..<4).map { #"{"prompt": "q\#($0)", "completion": "abc\#($0)"}"# }.joined(separator: "\n"),
      as: "pairs.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        dataset "pairs.jsonl"
        lora rank: 16, targets: all_linear
        train steps: 300, batch: 4, lr: 2e-2, schedule: constant
        let known = answers on: train, max_tokens: 12
        assert known.exact_match == 100% and known.rouge_l == 1, "it was trained on these"
        assert known.base_exact_match < 100%

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `rows that the session reads are not replaced by answers, nor a model by an export`()
    throws
  {
    let skillet = try SkilletRun()
    let rows = "{\"prompt\": \"one\", \"completion\": \"uno\"}\n"
    skillet.folder.write(rows, as: "rows.jsonl")
    let load = TinyRecipe.header + "load \"\(TinyRecipe.model)\"\n"
    for line in [
      "dataset \"rows.jsonl\"\nanswers on: train, to: \"./rows.jsonl\"\n",
      "export \"\(TinyRecipe.model)\"\n",
    ] {
      let outcome = try skillet.recipe(load + line)
      #expect(outcome.ending == .exited(1), outcome.comment)
      #expect(outcome.errors.contains("this session reads it"), outcome.comment)
    }
    #expect(skillet.folder.text("rows.jsonl") == rows)
  }

  @Test func `plain text has no answers, and is refused with the reason`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      (0..<9).map { #"{"text": "line \#($0)"}"# }.joined(separator: "\n"), as: "text.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + "dataset \"text.jsonl\"\nanswers on: train\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("E0412") && outcome.errors.contains("plain text"))
  }
}
