import FoundationEssentials
import TestSupport
import Testing

/// NaN is never the best, never sorted before a number, never a result.
@Suite struct NotANumberTests {
  /// A model in which every weight of one tensor is NaN.
  private func damagedModel(in skillet: SkilletRun) throws {
    var bytes = Array(
      try Data(contentsOf: URL(filePath: References.path("tiny-llama/f32.gguf"))))
    // the tensors' numbers come last
    for offset in stride(from: bytes.count - 4_000, to: bytes.count - 3, by: 4) {
      bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0xC0, 0x7F])
    }
    skillet.folder.write(bytes, as: "nan.gguf")
  }

  private static let load = TinyRecipe.header + "load \"nan.gguf\"\n"

  @Test(arguments: [
    TinyRecipe.dataset + "split valid: 1\neval", TinyRecipe.dataset + "eval on: train",
    "generate \"one\", max_tokens: 4", "generate \"one\", max_tokens: 4, temperature: 1",
    TinyRecipe.dataset + "lora rank: 2\ntrain steps: 2",
    "perplexity \"text.txt\", context: 8",
  ]) func `nothing is measured with or said by a model of NaN weights`(line: String) throws {
    let skillet = try SkilletRun()
    try damagedModel(in: skillet)
    skillet.folder.write(String(repeating: "one two three ", count: 20), as: "text.txt")
    let outcome = try skillet.recipe(Self.load + line + "\n")
    guard case .exited(let status) = outcome.ending else {
      Issue.record(outcome.comment)
      return
    }
    // refused when it is used, or when it is loaded
    #expect(status == 1 || status == 66, outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
    #expect(
      status == 66 || outcome.errors.contains("error[E0410]"), outcome.comment)
  }

  @Test func `compare puts NaN and missing numbers last`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header
        + """
        let bad = log(-1)
        let t = {a: {loss: bad}, b: {loss: 2}, c: {other: 1}, d: {loss: -1}, e: {loss: bad}}
        let sorted = compare t, sort: loss
        show sorted.name

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.hasSuffix("[d, b, a, c, e]\n"), outcome.comment)
  }

  @Test func `best passes over NaN and says so, and fails where there is nothing else`() throws {
    let table =
      "let bad = log(-1)\nlet t = compare {a: {loss: bad}, b: {loss: 2}, c: {loss: 3}}\n"
      + "let only = compare {a: {loss: bad}}\n"
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + table + "show best(t, by: loss).loss\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.hasSuffix("2\n"), outcome.comment)
    #expect(
      outcome.errors.contains("best passes over a: the field `loss` is NaN there"),
      outcome.comment)
    let none = try SkilletRun().recipe(
      TinyRecipe.header + table + "show best(only, by: loss)\n")
    #expect(none.ending == .exited(1), none.comment)
    #expect(none.errors.contains("error[E0509]: no run is best"), none.comment)
  }

  @Test(arguments: [
    "assert not (bad > 3)", "assert bad != 3", "assert bad == bad", "assert not (bad in 1..3)",
    "assert min([1, bad]) < 2", "assert best(for x in [1] { {loss: bad} }, by: loss).loss < 1",
  ]) func `an assertion about NaN fails, however it is put`(line: String) throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "let bad = log(-1)\nlet t = for x in [1] { {loss: bad} }\n"
        + line.replacing("for x in [1] { {loss: bad} }", with: "t") + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0509]"), outcome.comment)
  }

  @Test(arguments: ["expect bad == 1", "expect bad ~= 1 within 1e9", "expect 1 ~= bad within 1"])
  func `an expectation about NaN does not hold`(line: String) throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "let bad = log(-1)\n" + line + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
  }

  @Test func `a training that diverges goes on to the end of its recipe, which has failed`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.data + "lora rank: 2, alpha: 1e6\n"
        + "let t = train steps: 60, lr: 10, weight_decay: 1, schedule: constant, warmup: 0\n"
        + "show t.finite\n")
    #expect(outcome.output.hasSuffix("false\n"), outcome.comment)
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("the loss became NaN or infinite"), outcome.comment)
    let json = try skillet.run(["run", "test.recipe", "--json"])
    #expect(json.output.contains(#""event":"done","ok":false"#), json.comment)
  }
}
