import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions
import Testing
import Training

@Suite struct InterpreterTests {
  /// A session without an engine, with everything that it said.
  final class Bench {
    let interpreter = Interpreter(executor: RecordingExecutor())
    var values: [ValueEvent] = []
    var prose: [String] = []
    var diagnostics: [Diagnostic] = []
    var cutShort: [String] = []

    init() {
      interpreter.onEvent = { [unowned self] event in
        switch event {
        case .value(let value): values.append(value)
        case .prose(let text): prose.append(text)
        case .diagnostic(let diagnostic): diagnostics.append(diagnostic)
        case .cutShort(let text?, _): cutShort.append(text)
        default: break
        }
      }
    }

    var calls: [String] { interpreter.executor.calls }

    func run(_ text: String, isCell: Bool = false) throws(RunFailure) {
      let source = SourceText(name: "test", text: text)
      let tree = Parser.parse(source)
      #expect(tree.diagnostics.isEmpty)
      if isCell { return try interpreter.runCell(RecipeText(source: source).parts) }
      try interpreter.runRecipe(tree.statements, of: source)
    }

    func value(_ name: String) -> Value? { interpreter.environment[name] }

    /// The diagnostic of the failure that a text has to end in.
    func failure(_ text: String) -> Diagnostic? {
      do throws(RunFailure) {
        try run(text)
        Issue.record("\(text) fails")
        return nil
      } catch {
        return error.diagnostic
      }
    }
  }

  @Test func argumentsReachTheVerbWithTheirDefaults() throws {
    let bench = Bench()
    try bench.run("train steps: 20, schedule: linear")
    let call = try #require(bench.interpreter.executor.lastCall)
    #expect(Set(call.given.keys) == [Train.steps.name, Train.schedule.name])
    #expect(call[Train.batch] == 8)
    #expect(call[Train.schedule] == .linear)
    #expect(call[Train.budget] == nil)
  }

  @Test func letIsSilentAndSemicolonsSilence() throws {
    let bench = Bench()
    try bench.run("let a = eval\neval;\neval\n1 + 1")
    #expect(bench.values.map(\.isSilent) == [true, true, false, false])
    #expect(bench.values.map(\.name) == ["a", nil, nil, nil])
    #expect(bench.values.map(\.line) == [1, 2, 3, 4])
    #expect(bench.values.last?.value == .int(2))
  }

  @Test func `each run of a loop starts from the state before it, and leaves nothing`() throws {
    let bench = Bench()
    try bench.run(
      """
      train
      let runs = for r in [2, 4], q in [nf4, int8] as "r{r}-{q}" {
        lora rank: r
        train
        let inner = 3
        eval
      }
      """)
    guard case .table(let table)? = bench.value("runs") else {
      Issue.record("the loop gives a table")
      return
    }
    #expect(table.rows.map(\.label) == ["r2-nf4", "r2-int8", "r4-nf4", "r4-int8"])
    #expect(table.column("perplexity") == [6, 6, 4, 4].map { Value.float($0) })
    #expect(table.columns == ["r", "q", "perplexity", "finite"])
    #expect(table.rows.map(\.record.reference?.id) == [2, 2, 4, 4])
    #expect(bench.interpreter.executor.state == .init(trained: 1, rank: 0))
    #expect(bench.value("inner") == nil && bench.value("r") == nil)
  }

  @Test func `a loop that ends with a loop has that one's rows, behind its own values`() throws {
    let bench = Bench()
    try bench.run(
      """
      let runs = for r in [2, 4] as "r{r}" {
        for q in [nf4, int8] { lora rank: r; eval }
      }
      let kept = for r in [2] { let inner = for q in [nf4] { eval }; inner }
      """)
    guard case .table(let table)? = bench.value("runs"),
      case .table(let kept)? = bench.value("kept")
    else {
      Issue.record("loops give tables")
      return
    }
    #expect(table.rows.map(\.label) == ["r2,q=nf4", "r2,q=int8", "r4,q=nf4", "r4,q=int8"])
    #expect(table.columns == ["r", "q", "perplexity", "finite"])
    #expect(table.column("r") == [.int(2), .int(2), .int(4), .int(4)])
    #expect(table.rows.allSatisfy { $0.record.reference != nil })
    #expect(kept.columns == ["r", "value"], "a name for a table is its value")
  }

  @Test func `a loop that is stopped keeps the runs that are done`() throws {
    let bench = Bench()
    bench.interpreter.isCancelled = { [unowned bench] in bench.calls.count >= 5 }
    do throws(RunFailure) {
      try bench.run("let runs = for r in [2, 4, 8] { lora rank: r; eval }\nseed 1")
      Issue.record("the run is interrupted")
    } catch {
      #expect(error.kind == .interrupted)
    }
    guard case .table(let table)? = bench.value("runs") else {
      Issue.record("the loop gives a table")
      return
    }
    #expect(table.rows.map(\.label) == ["r=2", "r=4"])
    #expect(bench.interpreter.executor.state.rank == 0)
    #expect(bench.calls.last == "lora rank=8")
  }

  @Test(arguments: [
    (5, ["r=2,q=1", "r=2,q=2"], "1 of 2 runs are done, and the table has those"),
    (
      7, ["r=2,q=1", "r=2,q=2", "r=4,q=1"],
      "1 of 2 runs are done and 1 of 2 of the next, and the table has those"
    ),
    (3, ["r=2,q=1"], "0 of 2 runs are done and 1 of 2 of the next, and the table has those"),
  ])
  func `a loop within a loop that is stopped keeps the rows that are done`(
    calls: Int, labels: [String], told: String
  ) throws {
    let bench = Bench()
    bench.interpreter.isCancelled = { [unowned bench] in bench.calls.count >= calls }
    do throws(RunFailure) {
      try bench.run("let runs = for r in [2, 4] { for q in [1, 2] { lora rank: r; eval } }\nseed 1")
      Issue.record("the run is interrupted")
    } catch {
      #expect(error.kind == .interrupted)
    }
    guard case .table(let table)? = bench.value("runs") else {
      Issue.record("the loop gives a table")
      return
    }
    #expect(table.rows.map(\.label) == labels)
    #expect(table.column("r").count == labels.count)
    #expect(bench.cutShort == ["stopped: " + told])
  }

  @Test func `a loop that is stopped in its first run has no value`() {
    let bench = Bench()
    bench.interpreter.isCancelled = { [unowned bench] in bench.calls.count >= 1 }
    #expect(throws: RunFailure.self) {
      try bench.run("let runs = for r in [2, 4] { lora rank: r; eval }")
    }
    #expect(bench.value("runs") == nil)
  }

  @Test func `the best run keeps its name and its adapter`() throws {
    let bench = Bench()
    try bench.run(
      """
      let runs = for r in [2, 4] { lora rank: r; eval }
      let winner = best(runs, by: perplexity)
      let worst = best(runs, by: perplexity, highest: true)
      save winner, to: "out/{winner.name}"
      """)
    guard case .record(let winner)? = bench.value("winner") else {
      Issue.record("best gives a record")
      return
    }
    #expect(winner.reference == ObjectReference(kind: "adapter", id: 4))
    #expect(bench.value("worst") != bench.value("winner"))
    #expect(bench.calls.last?.contains("to=\"out/r=4\"") == true)
  }

  @Test func aBareNameIsAFieldWhereAFieldIsAsked() throws {
    let bench = Bench()
    try bench.run(
      "let perplexity = 3\nlet t = for r in [1, 2] { lora rank: r; eval }\n"
        + "compare t, sort: perplexity\nshow best(t, by: perplexity)")
    #expect(bench.calls.contains { $0.contains("sort=perplexity") })
  }

  @Test func aWordThatAnArgumentListsIsNeverAVariable() throws {
    let bench = Bench()
    try bench.run("let base = eval\nuse base\ngenerate \"a\", chat: none")
    #expect(bench.calls == ["eval", "use name=base", "generate chat=none prompt=\"a\""])
  }

  @Test func `an assertion stops the run and shows both sides`() throws {
    let bench = Bench()
    let diagnostic = try #require(
      bench.failure("let a = eval\nlet b = 3\nassert a.perplexity < b, \"not better\""))
    #expect(diagnostic.code == "E0701")
    #expect(diagnostic.message == "assertion failed: not better")
    #expect(diagnostic.notes == ["a.perplexity is 10.00", "b is 3"])
  }

  @Test func `expectations are collected while the run goes on`() throws {
    let bench = Bench()
    try bench.run(
      """
      expect 2.05 ~= 2 within 0.1
      expect 102 ~= 100 within 1%
      expect "roses are red" matches "roses*"
      expect 1 == 2
      expect 5
      seed 3
      """)
    #expect(bench.interpreter.failedExpectations == 3)
    #expect(
      bench.diagnostics.map { $0.source.position(at: $0.range.lowerBound).line } == [2, 4, 5])
    #expect(bench.calls == ["seed value=3"])
  }

  @Test func failuresOfVerbsPointAtTheirArgument() throws {
    let bench = Bench()
    let diagnostic = try #require(bench.failure("load \"missing\""))
    #expect(diagnostic.code == "E0405")
    #expect(diagnostic.source.text(in: diagnostic.range) == "\"missing\"")
    #expect(diagnostic.help == "check the path")
  }

  @Test func commandsInExpressionsRunOnce() throws {
    let bench = Bench()
    try bench.run("let p = (eval on: test).perplexity - 1")
    #expect(bench.value("p") == .float(9))
    #expect(bench.calls == ["eval on=test"])
    #expect(bench.failure("let x = (load \"missing\").name")?.code == "E0405")
  }

  @Test func `parameters take values from outside, within their limits`() throws {
    let bench = Bench()
    bench.interpreter.overrides = ["steps": .int(7)]
    try bench.run("param steps: int = 60 where steps in 1..50\ntrain steps: steps")
    #expect(bench.calls == ["train steps=7"])
    #expect(Bench().failure("param steps: int = 60 where steps in 1..50")?.code == "E0211")
    #expect(Bench().failure("param steps: int")?.code == "E0210")
  }

  @Test func cellsLeaveTheirValues() throws {
    let bench = Bench()
    try bench.run("seed 3", isCell: true)
    try bench.run("let a = 4", isCell: true)
    try bench.run("_ + _1 + a", isCell: true)
    #expect(bench.value("_3") == .int(10))
    #expect(bench.value("_2") == nil)
  }

  @Test func cancellingStopsBetweenStatements() {
    let bench = Bench()
    bench.interpreter.isCancelled = { [unowned bench] in bench.calls.count == 2 }
    do throws(RunFailure) {
      try bench.run("seed 1\nseed 2\nseed 3")
      Issue.record("the run is interrupted")
    } catch {
      #expect(error.kind == .interrupted)
    }
    #expect(bench.calls == ["seed value=1", "seed value=2"])
  }

  @Test func snapshotsBringNamesAndStateBack() throws {
    let bench = Bench()
    try bench.run("let a = 1\ntrain")
    let before = bench.interpreter.snapshot()
    try bench.run("let b = 2\ntrain")
    bench.interpreter.restore(before)
    #expect(bench.value("a") == .int(1) && bench.value("b") == nil)
    #expect(bench.interpreter.executor.state.trained == 1)
  }
}
