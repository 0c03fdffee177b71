import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct EvaluatorTests {
  static let runs = Value.table(
    Table(rows: [
      .init(label: "r2", record: Record([("rank", .int(2)), ("loss", .float(2.5))])),
      .init(
        label: "r4",
        record: Record(
          [("rank", .int(4)), ("loss", .float(1.5))], reference: .init(kind: "adapter", id: 7))),
      .init(label: "bad", record: Record([("rank", .int(8)), ("loss", .float(.nan))])),
    ]))

  static func evaluate(_ text: String) throws(EvaluationError) -> Value {
    let tree = Parser.parse(SourceText(name: "test", text: "let it = " + text))
    guard case .binding(_, .expression(let expression))? = tree.statements.first?.kind else {
      throw EvaluationError("", "not an expression: \(text)", at: SourceRange(at: 0))
    }
    let names: [String: Value] = [
      "runs": runs, "x": .int(3), "m": .record(Record([("loss", .float(2))])),
    ]
    let evaluator = Evaluator(
      verbs: .standard,
      variable: { names[$0] },
      run: { (command) throws(EvaluationError) in
        throw EvaluationError("E0600", "no engine", at: command.range)
      })
    return try evaluator.value(expression)
  }

  @Test(arguments: [
    ("1 + 2 * x", "7"), ("7 / 2", "3.5"), ("8 / 2", "4"), ("-x", "-3"),
    ("0.1 + 0.2", "0.30000000000000004"),
    ("10% * 50", "5.0"), ("90s + 1m", "150s"), ("1h / 2", "1800s"), ("10m / 5m", "2.0"),
    ("x in 1..3", "true"), ("x in 1..<3", "false"), ("3e-4 in 1e-5..1e-3", "true"),
    ("90s in 1m..2m", "true"), ("q_proj in [q_proj, v_proj]", "true"),
    ("1 < 2 and not (2 < 1)", "true"), ("2.0 == 2", "true"), ("nf4 == \"nf4\"", "true"),
    ("[1, 2, 3][2]", "3"), ("{a: 1}[\"a\"]", "1"), ("m.loss", "2.0"), ("1..3", "[1, 2, 3]"),
    ("runs.rank", "[2, 4, 8]"), ("runs.name", "[\"r2\", \"r4\", \"bad\"]"),
    ("runs[\"r4\"].loss", "1.5"), ("runs[0].rank", "2"),
    ("\"r{x}-{m.loss}\"", "\"r3-2\""), ("best(runs, by: loss).rank", "4"),
    ("best(runs, by: rank, highest: true).name", "\"bad\""), ("min([3, 1, 2])", "1"),
    ("min([3MB, 2MB]) == 2MB", "true"), ("max(2s, 1m) == 1m", "true"),
    ("max(1, 2.5)", "2.5"), ("mean([1, 2])", "1.5"), ("sum([1, 2])", "3"), ("len(runs)", "3"),
    ("round(2.567, 2)", "2.57"), ("round(2.5)", "3"), ("abs(-3)", "3"), ("sqrt(9)", "3.0"),
    ("exp(0)", "1.0"), ("log(1)", "0.0"), ("all([1 < 2, true])", "true"), ("any([false])", "false"),
    ("range(1, 3)", "[1, 2, 3]"),
  ])
  func expressionsHaveTheirValues(text: String, value: String) throws {
    #expect(try Self.evaluate(text).source == value)
  }

  @Test(arguments: [
    ("1 / 0", "E0503"), ("1.0 / 0.0", "E0503"), ("9223372036854775807 + 1", "E0504"),
    ("9223372036854775807 * 2", "E0504"), ("-9223372036854775807 - 2", "E0504"),
    ("[1][1]", "E0505"), ("[1][-1]", "E0505"), ("runs[\"r5\"]", "E0505"), ("runs[9]", "E0502"),
    ("m.lss", "E0506"), ("x.loss", "E0506"), ("1 + true", "E0502"), ("1 + 1s", "E0502"),
    ("1 < \"a\"", "E0502"), ("not 1", "E0502"), ("mean([])", "E0507"), ("sqrt()", "E0507"),
    ("1..9000000000", "E0504"), ("fold(1)", "E0508"), ("\"{y}\"", "E0501"), ("1 in 2", "E0502"),
    ("0..9223372036854775807", "E0504"), ("best(runs, by: lss)", "E0506"), ("best(1)", "E0507"),
    ("round(1e300)", ""), ("sqrt(-1) < 1", "E0509"), ("not (3 > log(-1))", "E0509"),
    ("log(-1) in 1..3", "E0509"), ("runs[\"bad\"].loss == 1", "E0509"),
    ("min([1, log(-1)]) == 1", "E0509"), ("max(log(-1), 1) == 1", "E0509"),
    ("best(runs, by: rank).rank < log(-1)", "E0509"),
  ])
  func mistakesAreErrorsNotTraps(text: String, code: String) {
    do throws(EvaluationError) {
      _ = try Self.evaluate(text)
      #expect(code.isEmpty)
    } catch {
      #expect(error.code == code)
      #expect(!error.range.isEmpty)
    }
  }

  @Test func theBestRunBringsItsReference() throws {
    guard case .record(let record) = try Self.evaluate("best(runs, by: loss)") else {
      Issue.record("best gives a record")
      return
    }
    #expect(record.reference == ObjectReference(kind: "adapter", id: 7))
  }
}
