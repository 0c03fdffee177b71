import RecipeLanguage

package enum Plot: Verb {
  /// The losses of the last training.
  static let loss = "loss"

  /// The names of axes that nobody names.
  static let (places, heights) = ("number", "value")

  package static let subject = Argument.requiredValue(
    "subject", .either([.word([loss]), .any]),
    "the word loss, a training or a table of trainings, a list of numbers, a record of lists, or a table"
  )
  package static let x = Argument.column(
    "x", "what the numbers are counted by: of a table the column, of lists only the name")
  package static let y = Argument.column(
    "y", "what is drawn: of a table the column, of lists only the name")

  package static let declaration = VerbDeclaration(
    "plot", "draws numbers, several lists in one picture, or the losses of the last training",
    arguments: [subject, x, y], fields: [],
    examples: [
      "plot loss", "plot [3, 2, 1.5, 1.2]",
      "plot {slow: [3, 2.9, 2.8], fast: [3, 2.2, 1.9]}, y: loss",
    ], related: ["train", "show"],
    details: """
      The value of `train` is drawn as its losses, and so is each in a record, such as \
      `plot {slow: a, fast: b}`, or in the table of a loop. Points that are not finite are left out and counted. Exports and --json have the same \
      picture, as SVG and as its numbers.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    session.onEvent(.figure(try session.figure(of: call), goesWithValue: false))
    return .none
  }
}

extension Session {
  fileprivate func figure(of call: VerbCall) throws(VerbFailure) -> Figure {
    let (x, y) = (call[Plot.x] ?? Plot.places, call[Plot.y] ?? Plot.heights)
    switch call[Plot.subject] {
    case .word(Plot.loss):
      guard let curve = state.adapter?.curve, !curve.losses.isEmpty else {
        throw VerbFailure(
          "E0421", "there are no losses yet", argument: Plot.subject, help: "train first")
      }
      return curve.figure
    case .table(let table):
      let runs = table.rows.map { ($0.label, curve(of: $0.record)) }
      if call[Plot.y] == nil, let figure = figure(of: runs) { return figure }
      return try figure(of: table, call)
    case .record(let record) where !record.fields.isEmpty:
      if let curve = curve(ofTraining: .record(record)) { return curve.figure }
      let runs = record.fields.map { ($0.name, curve(ofTraining: $0.value)) }
      if let figure = figure(of: runs) { return figure }
      return Figure(
        x: x, y: y,
        series: try record.fields.map { (field) throws(VerbFailure) in
          Figure.Series(field.name, .line, try points(field.value))
        })
    case let value:
      return Figure(x: x, y: y, series: [Figure.Series(y, .line, try points(value))])
    }
  }

  /// The losses of several trainings in one picture; nil unless each has some.
  private func figure(of runs: [(name: String, curve: TrainingCurve?)]) -> Figure? {
    let series = runs.compactMap { name, curve in curve?.losses(named: name) }
    guard !series.isEmpty, series.count == runs.count else { return nil }
    return Figure(x: TrainingCurve.step, y: TrainingCurve.loss, series: series)
  }

  /// The losses by which the adapter of a record was made.
  private func curve(of record: Record) -> TrainingCurve? {
    adapter(of: record.reference)?.curve.flatMap { $0.losses.isEmpty ? nil : $0 }
  }

  /// The losses of the training whose value this is; nil if it is another.
  private func curve(ofTraining value: Value) -> TrainingCurve? {
    guard case .record(let record) = value, record.names == Train.declaration.fields.map(\.name)
    else { return nil }
    return curve(of: record)
  }

  /// The numbers of a list over their places, counted from 1.
  private func points(_ value: Value) throws(VerbFailure) -> [Figure.Point] {
    guard case .list(let values) = value, !values.isEmpty,
      values.allSatisfy({ $0.number != nil })
    else {
      throw VerbFailure(
        "E0422",
        "`plot` draws trainings, lists of numbers, tables and the word loss, not "
          + value.typeName.withArticle, argument: Plot.subject,
        help: "for example plot loss, or plot runs.perplexity")
    }
    return values.enumerated().map { Figure.Point(x: Double($0 + 1), y: $1.number ?? .nan) }
  }

  /// One column over another, or over the numbers of the rows.
  private func figure(of table: Table, _ call: VerbCall) throws(VerbFailure) -> Figure {
    let measured = table.columns.filter { name in
      table.column(name).allSatisfy { $0.number != nil }
    }
    guard let y = call[Plot.y] else {
      throw VerbFailure(
        "E0422", "a table has several columns; `plot` has to be told which one",
        argument: Plot.subject,
        help: measured.isEmpty
          ? "this one has no column of numbers" : "for example y: \(measured[0])",
        notes: measured.isEmpty
          ? [] : ["columns of numbers are \(measured.joined(separator: ", "))"])
    }
    let heights = try numbers(y, of: table, argument: Plot.y, measured)
    guard let x = call[Plot.x] else {
      let points = heights.enumerated().map { Figure.Point(x: Double($0 + 1), y: $1) }
      return Figure(x: Plot.places, y: y, series: [Figure.Series(y, .line, points)])
    }
    let places = try numbers(x, of: table, argument: Plot.x, measured)
    let points = zip(places, heights).map { Figure.Point(x: $0, y: $1) }
    return Figure(x: x, y: y, series: [Figure.Series(y, .line, points.sorted { $0.x < $1.x })])
  }

  private func numbers(
    _ column: String, of table: Table, argument: any DeclaredArgument, _ measured: [String]
  ) throws(VerbFailure) -> [Double] {
    let values = table.column(column).map(\.number)
    guard !values.isEmpty, !values.contains(nil) else {
      let isThere = table.columns.contains(column)
      throw VerbFailure(
        "E0420",
        isThere
          ? "the column `\(column)` has values that are no numbers"
          : "there is no column `\(column)`", argument: argument,
        notes: measured.isEmpty
          ? [] : ["columns of numbers are \(measured.joined(separator: ", "))"])
    }
    return values.compactMap(\.self)
  }
}
