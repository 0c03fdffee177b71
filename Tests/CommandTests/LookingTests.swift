import Files
import Foundation
import TestSupport
import Testing

/// The values of `inspect` against numpy, transformers and PEFT (`make_inspection.py`).
@Suite struct LookingTests {
  private static let model = """
    recipe "test", language: 1
    load "\(References.path("tiny-llama/hf"))", precision: f32

    """
  private static let adapter = """
    recipe "test", language: 1
    load "\(References.path("tiny-llama/hf"))", precision: f32, adapter: \
    "\(References.path("adapters/rslora_some_layers"))"

    """

  private static let expected = try? JSONValue(
    parsing: MappedFile.contents(of: References.path("inspection/expected.json")))

  /// The values of `inspect`, and the figures, in their order.
  private func run(
    _ recipe: String
  ) throws -> (values: [JSONValue], figures: [JSONValue]) {
    let outcome = try SkilletRun().recipe(recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let events = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    return (
      events.filter { $0["verb"] == "inspect" && $0["event"] == "value" }.compactMap {
        $0["value"]
      },
      events.filter { $0["event"] == "figure" }
    )
  }

  private func expectClose(
    _ value: JSONValue?, _ expected: JSONValue?, within share: Double = 1e-5, _ what: String
  ) {
    guard let value = value?.double, let expected = expected?.double else {
      Issue.record("\(what): \(String(describing: value)) and \(String(describing: expected))")
      return
    }
    #expect(
      abs(value - expected) <= share * max(abs(expected), 1e-3), "\(what): \(value) \(expected)")
  }

  @Test func `directions that two adapters share are those of their whole products`() throws {
    let expected = try #require(
      try JSONValue(golden: "similarity/expected.json").object)
    let load = """
      recipe "test", language: 1
      load "\(References.path("tiny-llama/hf"))", precision: f32
      use "one", from: "\(References.path("combinations/first"))"
      use "other", from: "\(References.path("combinations/second"))"
      use "one"

      """
    let found = try run(load + "inspect adapter, against: \"other\"\n")
    let rows = try #require(found.values.first?["similarity"]?.array)
    #expect(Set(rows.compactMap { $0["name"]?.string }) == Set(expected.keys))
    for row in rows {
      let wanted = try #require(row["name"]?.string.flatMap { expected[$0] })
      #expect(row["directions"] == wanted["directions"])
      for field in ["first_reads", "first_writes", "reads", "writes"] {
        expectClose(row[field], wanted[field], within: 1e-4, field)
      }
    }
    #expect(found.figures.contains { $0["y"] == "similarity" })
  }

  @Test func `attention tells where each token looks, and what an adapter moved`() throws {
    let found = try run(
      Self.adapter + "inspect attention, \"one two one\", layer: 2\nuse base\n"
        + "inspect attention, \"one two one\", layer: 2, head: 1\n")
    let (mean, head) = (try #require(found.values.first), try #require(found.values.last))
    #expect(try #require(mean["moved"]?.double) > 0 && head["moved"] == nil)
    let places = try #require(head["places"]?.array)
    #expect(places.count == head["tokens"]?.int && places.first?["share"]?.double == 1)
    #expect(head["head"] == 1 && mean["heads"]?.array?.count == 4)
    let map = try #require(found.figures.last?["values"]?.array)
    for (number, row) in map.enumerated() {
      let shares = (row.array ?? []).compactMap(\.double)
      #expect(shares.count == number + 1 && abs(shares.reduce(0, +) - 1) < 1e-5)
      #expect(shares.max() == places[number]["share"]?.double)
    }
  }

  @Test(arguments: ["pissa", "olora", "orthogonal", "gaussian"])
  func `an adapter that is not trained has changed nothing, whatever its start`(
    start: String
  ) throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.data + """
        lora rank: 2, init: \(start)
        let begun = inspect adapter
        assert max(begun.modules.norm) == 0 and max(begun.modules.effective_rank) == 0
        train steps: 1, lr: 1e-5
        let trained = inspect adapter
        assert min(trained.modules.norm) > 0

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let notices = outcome.errors.components(separatedBy: "nothing is changed yet")
    #expect(notices.count == 2, outcome.comment)
  }

  @Test func `directions of the adapter are those of the whole product's decomposition`() throws {
    let expected = try #require(Self.expected?["modules"]?.object)
    let found = try run(Self.adapter + "inspect adapter, layer: 2\n")
    let rows = try #require(found.values.first?["modules"]?.array)
    #expect(rows.map { $0["name"]?.string } == expected.keys)
    for (row, module) in zip(rows, expected.members) {
      for field in ["norm", "effective_rank", "first_direction", "amplification"] {
        expectClose(row[field], module.value[field], "\(module.key) \(field)")
      }
    }
    let map = try #require(found.figures.first)
    #expect(map["rows"] == ["q_proj", "v_proj"] && map["columns"] == ["0", "2"])
    expectClose(map["values"]?.array?[1].array?[0], expected["0 v_proj"]?["norm"], "map")
    let spectrum = try #require(found.figures.last?["series"]?.array)
    for (series, name) in zip(spectrum, ["2 q_proj", "2 v_proj"]) {
      let values = try #require(series["points"]?.array).map { $0.array?[1] }
      let wanted = try #require(expected[name]?["singular_values"]?.array)
      #expect(values.count == wanted.count)
      for (value, singular) in zip(values, wanted) { expectClose(value, singular, name) }
    }
  }

  @Test func `an adapter that was not trained adds nothing in no direction`() throws {
    let found = try run(Self.model + "lora rank: 2\ninspect adapter\n")
    let rows = try #require(found.values.first?["modules"]?.array)
    #expect(rows.count == 3 * 7)
    for row in rows {
      #expect(row["norm"] == 0.0 && row["effective_rank"] == 0.0)
      #expect(row["amplification"] == .null)
    }
    #expect(found.figures.isEmpty)
  }

  @Test(arguments: ["int8", "nf4"]) func `codes and factor are those of numpy`(scheme: String)
    throws
  {
    let row = try #require(Self.expected?["row"])
    let expected = try #require(row[scheme])
    let found = try run(
      Self.model + "quantize \(scheme), double: false\ninspect q_proj, layer: 1, row: 4\n")
    let value = try #require(found.values.first)
    expectClose(value["factor"], expected["factor"], within: 1e-6, "factor")
    #expect(value["block"] == 64 && value["file_format"] == "f32")
    let weights = try #require(value["weights"]?.array)
    #expect(weights.count == 8)
    for (place, weight) in weights.enumerated() {
      #expect(weight["code"] == expected["codes"]?.array?[place])
      expectClose(weight["in_file"], row["weights"]?.array?[place], within: 1e-6, "in_file")
      expectClose(weight["weight"], expected["weights"]?.array?[place], within: 1e-6, "weight")
    }
    let worst = try #require(value["worst_blocks"]?.array)
    let errors = worst.compactMap { $0["rms_error"]?.double }
    #expect(errors.count == 5 && errors == errors.sorted(by: >))
    #expect((value["median_error"]?.double ?? .infinity) <= errors[4])
    // every weight is in one bin, before and after
    for series in try #require(found.figures.first?["series"]?.array) {
      let counts = series["points"]?.array?.compactMap { $0.array?[1].double } ?? []
      #expect(counts.reduce(0, +) == 64 * 64)
    }
  }

  /// A weight is its level times the factor, plus the offset of formats that have one.
  @Test(arguments: ["int8", "int4", "nf4", "fp4", "q8_0", "q4_0", "q4_1"])
  func `a weight is its level times its factor`(scheme: String) throws {
    let value = try #require(
      run(Self.model + "quantize \(scheme)\ninspect down_proj, layer: 2, row: 9\n").values.first)
    let (factor, offset) = (value["factor"]?.double ?? .nan, value["offset"]?.double ?? 0)
    for weight in try #require(value["weights"]?.array) {
      let level = try #require(weight["level"]?.double)
      expectClose(weight["weight"], .double(level * factor + offset), within: 1e-5, scheme)
    }
  }

  @Test func `next tokens are as likely as transformers and PEFT find them`() throws {
    let expected = try #require(Self.expected?["next"])
    let text = try #require(expected["text"]?.string)
    let found = try run(
      Self.adapter + "inspect next, \"\(text)\", top: 5\nuse base\ninspect next, \"\(text)\"\n")
    let value = try #require(found.values.first)
    let rows = try #require(value["likeliest"]?.array)
    #expect(JSONValue.array(rows.compactMap { $0["id"] }) == expected["ids"])
    for (place, row) in rows.enumerated() {
      expectClose(row["probability"], expected["probabilities"]?.array?[place], within: 1e-4, "p")
      expectClose(row["base"], expected["base"]?.array?[place], within: 1e-4, "base")
    }
    for field in ["entropy", "base_entropy", "kl"] {
      expectClose(value[field], expected[field], within: 1e-4, field)
    }
    let figure = try #require(found.figures.first)
    #expect(figure["categories"]?.array?.count == 5)
    #expect(figure["series"]?.array?.map { $0["name"] } == ["with the adapter", "without it"])
    // without an adapter there is one model, and its expectation is the base's
    let base = try #require(found.values.last)
    expectClose(base["entropy"], expected["base_entropy"], within: 1e-4, "without an adapter")
    #expect(base["kl"] == nil && base["likeliest"]?.array?.count == 10)
  }

  @Test func `inspect next without a text, and other subjects with one, are refused`() throws {
    for (line, code) in [("inspect next", "E0206"), ("inspect model, \"a\"", "E0213")] {
      let outcome = try SkilletRun().recipe(Self.model + line + "\n")
      #expect(outcome.ending == .exited(1), outcome.comment)
      #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
    }
  }

  /// The losses of a row add up to what transformers gives the same tokens.
  @Test func `a row is shown token by token, with the loss of each`() throws {
    let recipe =
      Self.model + """
        dataset \"""
        {"prompt": "one", "completion": "uno"}
        \"""
        let scores = eval on: train
        inspect data, row: 1

        """
    let outcome = try SkilletRun().recipe(recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let events = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    func value(of verb: JSONValue) -> JSONValue? {
      events.first { $0["verb"] == verb && $0["event"] == "value" }?["value"]
    }
    let loss = value(of: "eval")?["loss"]
    let value = try #require(value(of: "inspect"))
    let pieces = try #require(value["pieces"]?.array)
    #expect(JSONValue.array(pieces.compactMap { $0["id"] }) == value["ids"])
    #expect(JSONValue.array(pieces.compactMap { $0["learnt"] }) == value["trained"])
    #expect(pieces[0]["loss"] == .null)
    let learnt = pieces.filter { $0["learnt"] == true }.compactMap { $0["loss"]?.double }
    expectClose(
      .double(learnt.reduce(0, +) / Double(learnt.count)), loss, within: 1e-4, "mean loss")
  }
}
