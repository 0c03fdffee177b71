import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Training

/// save, compare, show, plot.
extension Session {
  func save(_ call: VerbCall) throws(VerbFailure) -> Value {
    let (adapter, folder) = try subject(ofSave: call)
    // a run may outlast its model; then one thread makes what is not made yet
    let pool = state.model?.compute.pool ?? WorkerPool(threadCount: 1)
    let place = call.text("to") == nil ? "what" : "to"
    guard !folder.isEmpty else {
      throw VerbFailure(
        "E0418", "`save` needs the name of a folder", argument: place,
        help: "for example save \"out/first\"")
    }
    hasFailedSave = true
    do throws(CheckpointError) {
      let path = ModelFolder.expandingHome(folder)
      let written = try adapter.files.write(
        adapter.adapter, to: path, card: adapter.card(with: pool),
        keepsState: TrainingStateFile.has(
          in: path, of: try adapter.files.sha256(of: adapter.adapter)))
      hasFailedSave = false
      return .record(
        Record([
          ("path", .string(folder)), ("bytes", .size(written.byteCount)),
          ("sha256", .string(written.sha256)),
        ]))
    } catch {
      throw VerbFailure(error, argument: place)
    }
  }

  /// The adapter to write, and where: a run's with `to:`, else the one in use.
  private func subject(
    ofSave call: VerbCall
  ) throws(VerbFailure) -> (adapter: AdapterInUse, folder: String) {
    guard let run = call.record("what") else {
      guard let current = state.adapter else {
        throw VerbFailure(
          "E0401", "there is no adapter to save", help: "make and train one: lora, then train")
      }
      return (current, call.text("to") ?? call.text("what") ?? "")
    }
    guard let found = self.adapter(of: run.reference) else {
      throw VerbFailure(
        "E0417", "this record stands for no adapter", argument: "what",
        help: "take a run: save best(runs, by: perplexity), to: \"out/best\"")
    }
    guard let path = call.text("to") else {
      throw VerbFailure(
        "E0418", "`save` needs a folder for the run", help: "save …, to: \"out/best\"")
    }
    return (found, path)
  }

  func compare(_ call: VerbCall) throws(VerbFailure) -> Value {
    var rows = try rows(call.arguments["values"] ?? .none)
    if let column = call.text("sort") {
      try require(column, in: rows, argument: "sort")
      rows = rows.enumerated().sorted { left, right in
        let (a, b) = (sortKey(left.element, column), sortKey(right.element, column))
        return (a.isLast ? 1 : 0, a.key, left.offset) < (b.isLast ? 1 : 0, b.key, right.offset)
      }.map(\.element)
    }
    if let label = call.text("baseline") { rows = try measured(rows, by: label) }
    if let columns = call.words("columns") {
      for column in columns { try require(column, in: rows, argument: "columns") }
      rows = rows.map { row in
        Table.Row(
          label: row.label, record: Record(columns.map { ($0, row.record[$0] ?? .none) }))
      }
    }
    return .table(Table(rows: rows))
  }

  private func rows(_ value: Value) throws(VerbFailure) -> [Table.Row] {
    switch value {
    case .table(let table): return table.rows
    case .record(let record):
      let parts = record.fields.compactMap { field -> Table.Row? in
        guard case .record(let record) = field.value else { return nil }
        return Table.Row(label: field.name, record: record)
      }
      if parts.count == record.fields.count, !parts.isEmpty { return parts }
    case .list(let values):
      let records = values.enumerated().compactMap { index, value -> Table.Row? in
        guard case .record(let record) = value else { return nil }
        return Table.Row(label: record["name"]?.text ?? "\(index + 1)", record: record)
      }
      if records.count == values.count, !records.isEmpty { return records }
    default: break
    }
    throw VerbFailure(
      "E0419", "`compare` needs runs or results, not \(value.typeName.withArticle)",
      argument: "values",
      help: "give a table from `for`, or results by name: compare {base: base, tuned: tuned}")
  }

  private func require(
    _ column: String, in rows: [Table.Row], argument: String
  ) throws(VerbFailure) {
    let columns = Table(rows: rows).columns
    if columns.contains(column) { return }
    throw VerbFailure(
      "E0420", "there is no column `\(column)`", argument: argument,
      notes: ["the columns are \(columns.joined(separator: ", "))"])
  }

  /// Rows without a number, or with NaN, come last.
  private func sortKey(_ row: Table.Row, _ column: String) -> (isLast: Bool, key: Double) {
    guard let key = row.record[column]?.magnitude, !key.isNaN else { return (true, 0) }
    return (false, key)
  }

  /// Adds to each number its ratio to the same number of the baseline.
  private func measured(_ rows: [Table.Row], by label: String) throws(VerbFailure) -> [Table.Row] {
    guard let baseline = rows.first(where: { $0.label == label }) else {
      throw VerbFailure(
        "E0420", "there is no row \"\(label)\"", argument: "baseline",
        notes: ["the rows are \(rows.map(\.label).joined(separator: ", "))"])
    }
    return rows.map { row in
      var record = Record([], reference: row.record.reference)
      for field in row.record.fields {
        record[field.name] = field.value
        if case .float(let value) = field.value,
          case .float(let base)? = baseline.record[field.name], base != 0
        {
          record[field.name + "_ratio"] = .float(value / base)
        }
      }
      return Table.Row(label: row.label, record: record)
    }
  }

  func show(_ call: VerbCall) throws(VerbFailure) -> Value {
    call.arguments["subject"] ?? .none
  }

  func plot(_ call: VerbCall) throws(VerbFailure) -> Value {
    let subject = call.arguments["subject"] ?? .none
    if case .word("loss") = subject {
      guard let curve = state.adapter?.curve, !curve.losses.isEmpty else {
        throw VerbFailure(
          "E0421", "there are no losses yet", argument: "subject", help: "train first")
      }
      onEvent(.curve(curve))
      return .none
    }
    guard case .list(let values) = subject, !values.isEmpty,
      values.allSatisfy({ $0.number != nil })
    else {
      throw VerbFailure(
        "E0422", "`plot` draws a list of numbers or the word loss, not this \(subject.typeName)",
        argument: "subject", help: "for example plot loss, or plot runs.perplexity")
    }
    onEvent(
      .curve(
        TrainingCurve(
          losses: values.enumerated().map {
            TrainingCurve.Point(step: $0 + 1, loss: $1.number ?? .nan)
          }, evaluations: [])))
    return .none
  }
}
