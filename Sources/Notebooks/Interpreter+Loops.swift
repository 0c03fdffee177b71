import Diagnostics
import RecipeLanguage
import Sessions

/// What a loop has made.
private struct LoopRuns {
  var rows: [Table.Row] = []
  /// Where the user stopped it: of how many runs how many are done, then the same of the loop within the
  /// next one. Empty where it came to its end.
  var stops: [(done: Int, total: Int)] = []

  /// What is told of a loop that was stopped; nil of one that was not.
  var statement: String? {
    guard let first = stops.first else { return nil }
    let inner = stops.dropFirst().map { " and \($0.done) of \($0.total) of the next" }.joined()
    return "stopped: \(first.done) of \(first.total) runs are done\(inner), and the table has those"
  }
}

extension Interpreter {
  /// The rows of a loop, a run each; of one that was stopped those of the runs that are done.
  func table(of loop: Loop) throws(RunFailure) -> Table {
    let runs = try runs(of: loop)
    if let statement = runs.statement { onEvent(.cutShort(statement)) }
    return Table(rows: runs.rows)
  }

  private func runs(of loop: Loop) throws(RunFailure) -> LoopRuns {
    let start = snapshot()
    let wasInLoop = executor.isInLoop
    executor.isInLoop = true
    defer {
      restore(start)
      executor.isInLoop = wasInLoop
    }
    let combinations = try combinations(loop.generators)
    let begin = ContinuousClock.now
    var progress = Progress(done: 0, of: combinations.count, since: begin)
    var estimate = TimeEstimate()
    var made = LoopRuns()
    for (index, combination) in combinations.enumerated() {
      restore(start)
      do throws(RunFailure) {
        let run = try self.run(of: loop, combination)
        made.rows += run.rows
        made.stops = run.stops
      } catch {
        guard error.kind == .interrupted, !made.rows.isEmpty else { throw error }
        made.stops = [(index, combinations.count)]
        return made
      }
      guard made.stops.isEmpty else {
        made.stops.insert((index, combinations.count), at: 0)
        return made
      }
      progress = Progress(done: index + 1, of: combinations.count, since: begin)
      if let promise = estimate.read(progress) { onEvent(.notice(promise)) }
    }
    if let verdict = estimate.verdict(after: progress.seconds) { onEvent(.notice(verdict)) }
    return made
  }

  /// Runs the block once, for one combination of the loop's values. A block that ends with a loop gives
  /// that one's rows, each with these values before its own.
  private func run(
    of loop: Loop, _ combination: [(name: String, value: Value)]
  ) throws(RunFailure) -> LoopRuns {
    try stopIfCancelled()
    for (name, value) in combination { environment.bind(name, to: value, cell: cell) }
    let name = try loop.label.map { (literal) throws(RunFailure) in try text(literal) }
    let label = name ?? Table.label(of: combination)
    var last = Value.none
    var inner: LoopRuns?
    for (place, statement) in loop.body.enumerated() {
      try stopIfCancelled()
      if place == loop.placeOfLastLoop, let within = statement.loop {
        let runs = try runs(of: within)
        inner = LoopRuns(
          rows: runs.rows.map { $0.behind(combination, label: label) }, stops: runs.stops)
        if !runs.stops.isEmpty { break }
      } else if let outcome = try perform(statement), outcome.name == nil {
        last = outcome.value
      }
    }
    if let inner { return inner }
    // a stopped training returns a value, but its iteration of the loop is incomplete
    try stopIfCancelled()
    return LoopRuns(rows: [
      row(label, combination, last, line: source.line(at: loop.range.lowerBound))
    ])
  }

  /// The row of one run, which is told as it is done.
  private func row(
    _ label: String, _ combination: [(name: String, value: Value)], _ last: Value, line: Int
  ) -> Table.Row {
    var record = Record(
      combination.map { ($0.name, $0.value) }, reference: executor.rememberAdapter())
    if case .record(let fields) = last {
      for field in fields.fields { record[field.name] = field.value }
    } else if last != .none {
      record["value"] = last
    }
    onEvent(
      .value(
        ValueEvent(
          cell: cell, line: line, verb: ValueEvent.loopRow, name: label, value: .record(record),
          isSilenced: false)))
    return Table.Row(label: label, record: record)
  }

  /// The product of all generators, the last one changing fastest.
  private func combinations(
    _ generators: [Loop.Generator]
  ) throws(RunFailure) -> [[(name: String, value: Value)]] {
    var result: [[(name: String, value: Value)]] = [[]]
    for generator in generators {
      guard case .list(let values) = try evaluate(generator.values) else {
        throw failure(
          EvaluationError(
            "E0502", "`for` goes over a list or a range", at: generator.values.range,
            label: "this is neither", help: "for example for \(generator.name.text) in [2, 4, 8]"))
      }
      guard result.count * values.count <= ValueLimits.combinations else {
        throw failure(
          EvaluationError(
            "E0504", "the loop has more than \(ValueLimits.combinations) combinations",
            at: generator.values.range, help: "go over fewer values"))
      }
      result = result.flatMap { prefix in
        values.map { prefix + [(generator.name.text, $0)] }
      }
    }
    return result
  }
}

extension Table.Row {
  /// The row of a loop within a loop, as the outer one has it.
  ///
  /// - Parameter label: of the outer loop's run.
  fileprivate func behind(_ outer: [(name: String, value: Value)], label: String) -> Self {
    var whole = Record(outer.map { ($0.name, $0.value) }, reference: record.reference)
    for field in record.fields { whole[field.name] = field.value }
    return Self(label: "\(label),\(self.label)", record: whole)
  }
}
