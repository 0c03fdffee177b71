import TestSupport
import Testing

/// Several adapters on one base, through the command.
@Suite struct CombineTests {
  private static let two =
    TinyRecipe.data + """
      lora rank: 2, targets: [q_proj, v_proj], name: "a"
      train steps: 8, lr: 2e-2
      save "out/a"
      seed 5
      lora rank: 2, targets: [q_proj, v_proj], name: "b"
      train steps: 8, lr: 3e-2

      """

  @Test func `adapters are weighed and added, and the whole of one is itself`() throws {
    let outcome = try SkilletRun().recipe(
      Self.two + """
        let b = eval on: train
        let whole = combine {a: 0, b: 1}
        assert whole.rank == 4 and whole.adapters == 2
        let same = eval on: train
        assert abs(same.loss - b.loss) < 0.00001
        combine {a: 0.5, b: 0.5}, method: svd, rank: 2, name: "half"
        let half = eval on: train
        use "a"
        let first = eval on: train
        assert half.loss != first.loss and half.loss != b.loss
        combine {a: 0.5, b: 0.5}, method: ties, density: 0.8
        combine {a: 0.5, b: 0.5}, method: dare_linear
        save "out/mix"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `a verb that lacks an adapter while others are kept says to use one`() throws {
    for lines in ["use base\nmerge\n", "use base\nsave \"out/c\"\n"] {
      let outcome = try SkilletRun().recipe(Self.two + lines)
      #expect(outcome.ending == .exited(65), outcome.comment)
      #expect(outcome.errors.contains("no adapter is in use"), outcome.comment)
      #expect(outcome.errors.contains("use \"default\""), outcome.comment)
    }
    let typed = try SkilletRun()(input: Self.two + "use base\nmerge\n")
    #expect(typed.errors.contains("no adapter is in use"), typed.comment)
  }

  @Test func `an adapter's folder is read beside others, and forgotten`() throws {
    let outcome = try SkilletRun().recipe(
      Self.two + """
        save "out/b"
        use "again", from: "out/a"
        let again = eval on: train
        use "a"
        let first = eval on: train
        assert again.loss == first.loss
        let left = unload "again"
        assert len(left.adapters) == 2
        unload "a"
        let bare = eval on: train
        assert bare.loss > first.loss

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("combine {c: 1}", "E0409"), ("combine {a: \"1\"}", "E0204"), ("unload \"c\"", "E0409"),
    ("unload \"b\"", "E0409"), ("combine {a: 1}, name: \"base\"", "E0425"),
    ("use \"x\", from: \"nowhere\"", "E0"), ("combine {a: 1, b: 1}, method: cat, rank: 2", "E0213"),
    ("lora rank: 4, name: \"d\"\ncombine {a: 1, d: 1}, method: linear", "E0443"),
    ("lora rank: 2, dora: true, name: \"d\"\ncombine {a: 1, d: 1}", "E0443"),
  ])
  func `what cannot be added is told`(line: String, code: String) throws {
    let outcome = try SkilletRun().recipe(Self.two + line + "\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)"), outcome.comment)
  }
}
