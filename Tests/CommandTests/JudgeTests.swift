import Files
import TestSupport
import Testing

/// `judge`: several models on the same rows.
@Suite struct JudgeTests {
  private func judged(_ recipe: String) throws -> JSONValue {
    let outcome = try SkilletRun().recipe(recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    for line in outcome.output.split(separator: "\n") {
      let event = try JSONValue(parsing: line.utf8)
      if event["verb"] == "judge", event["event"] == "value" {
        return try #require(event["value"])
      }
    }
    throw Missing()
  }

  private struct Missing: Error {}

  private static let rows = """
    recipe "test", language: 1
    seed 1
    load "\(References.path("tiny-llama/hf"))", precision: f32
    dataset \"""
    {"prompt": "one", "completion": "uno"}
    {"prompt": "two", "completion": "dos"}
    {"prompt": "three", "completion": "tres"}
    {"prompt": "four", "completion": "cuatro"}
    {"prompt": "five", "completion": "cinco"}
    {"prompt": "six", "completion": "seis"}
    \"""
    split valid: 3, train: 3

    """

  /// A row by its name.
  private func row(_ name: String, _ value: JSONValue) throws -> JSONValue {
    try #require(value["table"]?.array?.first { $0["name"]?.string == name })
  }

  @Test func `losses are those of eval, and differences lie in their intervals`() throws {
    let recipe =
      Self.rows + """
        let base = eval
        lora rank: 4, name: "a"
        train steps: 8, lr: 2e-2
        let tuned = eval
        judge adapters: [base, "a"]
        assert abs(tuned.loss - base.loss) > 0.01
        let again = judge adapters: [base, "a"]
        assert abs(again.table.loss[0] - base.loss) < 1e-4
        assert abs(again.table.loss[1] - tuned.loss) < 1e-4

        """
    let value = try judged(recipe)
    #expect(value["rows"] == 3)
    let (base, tuned) = (try row("base", value), try row("a", value))
    #expect(base["kl"] == nil || base["kl"] == .null)
    let difference = try #require(tuned["difference"]?.double)
    let (low, high) = (try #require(tuned["low"]?.double), try #require(tuned["high"]?.double))
    #expect(low <= difference && difference <= high)
    let losses = (try #require(tuned["loss"]?.double), try #require(base["loss"]?.double))
    #expect(abs(difference - (losses.0 - losses.1)) < 1e-9)
    #expect((tuned["kl"]?.double ?? 0) > 0)
    let verdict = try #require(value["verdict"]?.string)
    #expect(verdict.hasPrefix("Against base, by mean loss a token on the same 3 rows: a "))
    #expect(verdict.contains("rough"))
  }

  @Test func `what was forgotten of another text is perplexity's difference`() throws {
    let text = (1...60).map { "line \($0) of a text" }.joined(separator: "\n")
    let recipe =
      Self.rows + """
        let text = \"""
        \(text)
        \"""
        lora rank: 4, name: "a"
        train steps: 8, lr: 2e-2
        let tuned = perplexity text, context: 256
        use base
        let base_value = perplexity text, context: 256
        let found = judge adapters: [base, "a"], general: text
        assert abs(found.table.general[0] - log(base_value.perplexity)) < 1e-6
        assert abs(found.table.general[1] - log(tuned.perplexity)) < 1e-6
        judge adapters: [base, "a"], general: text

        """
    let value = try judged(recipe)
    let (first, other) = (try row("base", value), try row("a", value))
    #expect(first["forgot"] == nil || first["forgot"] == .null)
    let losses = [first, other].compactMap { $0["general"]?.double }
    #expect(losses.count == 2 && other["forgot"]?.double == losses[1] - losses[0])
    #expect(value["verdict"]?.string?.contains("Loss on the general text: a ") == true)
  }

  @Test func `formats are judged beside the file, and the model stays as it was`() throws {
    let value = try judged(
      Self.rows + """
        quantize int8
        judge formats: [int8, nf4, int4]
        inspect q_proj

        """)
    let names = value["table"]?.array?.map { $0["name"] }
    #expect(names == ["as in the file", "int8", "nf4", "int4"])
    #expect(try row("as in the file", value)["bits_per_weight"] == 32.0)
    let int8 = try #require(row("int8", value)["rms_error"]?.double)
    let nf4 = try #require(row("nf4", value)["rms_error"]?.double)
    #expect(int8 > 0 && nf4 > 4 * int8)
    #expect(
      (try row("nf4", value)["kl"]?.double ?? 0) > (try row("int8", value)["kl"]?.double ?? 9))
  }

  /// A model beside itself is the same: no difference, no divergence, and nobody says more.
  @Test func `equal models are not told apart`() throws {
    let value = try judged(
      Self.rows + "lora rank: 2, name: \"fresh\"\njudge adapters: [base, \"fresh\"]\n")
    let fresh = try row("fresh", value)
    #expect(abs(fresh["difference"]?.double ?? 1) < 1e-9 && abs(fresh["kl"]?.double ?? 1) < 1e-9)
    #expect(value["verdict"]?.string?.contains("fresh is not told apart") == true)
  }

  /// What people write for the adapters, after `let base = eval` and two trainings of one adapter.
  @Test(
    arguments: [
      ("t", ["base", "default"]), ("[base, t]", ["base", "default"]),
      ("\"default\"", ["base", "default"]), ("[half, t]", ["default", "default 2"]),
      ("[base, half, tuned]", ["base", "default", "default 2"]),
      ("runs", ["base", "r=1", "r=2"]), ("best(runs, by: loss)", nil),
      ("[t, \"other\", base]", ["default", "other", "base"]),
    ] as [(String, [String]?)])
  func `adapters are named by their names, and by what trained or measured them`(
    given: String, names: [String]?
  ) throws {
    let value = try judged(
      Self.rows + """
        let base = eval
        lora rank: 2, name: "other"
        lora rank: 2
        let half = train steps: 4, until: 2, lr: 1e-2
        let t = train resume: half
        let tuned = eval
        let runs = for r in [1, 2] {
          lora rank: r
          train steps: 1
          eval
        }
        judge adapters: \(given)

        """)
    let found = value["table"]?.array?.compactMap { $0["name"]?.string }
    if let names { #expect(found == names) } else { #expect(found?.first == "base") }
  }

  @Test func `rows that an adapter was trained on are told`() throws {
    let skillet = try SkilletRun()
    let trained = Self.rows + "lora rank: 2\ntrain steps: 2, batch: 3\nsave \"a\"\n"
    #expect(try skillet.recipe(trained).ending == .exited(0))
    let load = "load \"\(References.path("tiny-llama/hf"))\", precision: f32"
    let outcome = try skillet.recipe(
      Self.rows.replacing(load, with: load + ", adapter: \"a\"").replacing(
        "valid: 3, train: 3", with: "valid: 5")
        + "judge adapters: \"default\"\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let told = outcome.errors.replacing("\n", with: " ")
    #expect(
      told.contains("the adapter of a is in use as \"default\": rank 2, 2 steps"), outcome.comment)
    #expect(told.contains(/default was trained on \d of these 5 rows/), outcome.comment)
    #expect(!told.contains("base was trained"), outcome.comment)
  }

  @Test(arguments: [
    ("judge adapters: nobody", "write `judge adapters: \"nobody\"`"),
    ("judge adapters: [base, nobody]", "write it in quotes: \"nobody\""),
    ("judge adapters: [base, measure]", "did you mean `measured`?"),
  ])
  func `an adapter's name that lacks its quotes is told how to write it`(
    line: String, help: String
  ) throws {
    let outcome = try SkilletRun().recipe(
      Self.rows + "let measured = eval\nlora rank: 2, name: \"nobody\"\n" + line + "\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains(help), outcome.comment)
    let mended = try SkilletRun().recipe(
      Self.rows + "lora rank: 2, name: \"nobody\"\njudge adapters: [base, \"nobody\"]\n")
    #expect(mended.ending == .exited(0), mended.comment)
  }

  @Test(arguments: [
    ("judge", "E0401"), ("judge adapters: [base]", "E0401"), ("judge adapters: base", "E0401"),
    ("judge adapters: [base, \"nobody\"]", "E0409"), ("judge formats: [nf4], on: test", "E0412"),
    ("let a = eval\njudge adapters: a", "E0417"), ("judge adapters: 3", "E0204"),
    ("lora rank: 2\nlet a = eval\njudge adapters: [a, \"default\"]", "E0401"),
  ])
  func `what cannot be judged is refused`(line: String, code: String) throws {
    let outcome = try SkilletRun().recipe(Self.rows + line + "\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }
}
