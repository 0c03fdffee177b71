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
  package static let groups = Argument.column(
    "group", "of a table: each value of this column has a line of its own")
  package static let heat = Argument.column(
    "heat", "of a table: x and y are names, and this column is the colour of each pair")
  package static let choice = Argument<TableFigure.Choice?>.optionalChoice(
    "choose", "of a table: the place that is chosen is marked and named")

  package static let declaration = VerbDeclaration(
    "plot", "draws numbers, several lists in one picture, or the losses of the last training",
    arguments: [subject, x, y, groups, heat, choice], fields: [],
    examples: [
      "plot loss", "plot [3, 2, 1.5, 1.2]",
      "plot {slow: [3, 2.9, 2.8], fast: [3, 2.2, 1.9]}, y: loss",
      "plot runs, x: rank, y: loss, group: targets, choose: lowest",
      "plot runs, x: rank, y: targets, heat: loss",
    ], related: ["train", "show"],
    details: """
      The value of `train` is drawn as its losses, and so is each in a record, such as \
      `plot {slow: a, fast: b}`, or in the table of a loop. Of a table of runs, rows at one place (those of several \
      seeds) are drawn as their mean and range; a column x that has no numbers gives bars; with heat the picture is a \
      heat map, such as ranks against targets. Points that are not finite are left out and counted. Exports and --json have the same \
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
    let subject = call[Plot.subject]
    try refuseColumns(of: subject, call)
    switch subject {
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

  /// Only a table has columns to group by and to colour by, and rows to choose from.
  private func refuseColumns(of subject: Value, _ call: VerbCall) throws(VerbFailure) {
    if case .table = subject { return }
    let unused: (any DeclaredArgument)? =
      call[Plot.groups] != nil
      ? Plot.groups
      : call[Plot.heat] != nil ? Plot.heat : call[Plot.choice] != nil ? Plot.choice : nil
    guard let unused else { return }
    throw VerbFailure(
      "E0422",
      "only a table takes `\(unused.declaration.name)`, and this is "
        + subject.typeName.withArticle,
      argument: unused, help: "leave it out, or plot the table of a loop")
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

  private func figure(of table: Table, _ call: VerbCall) throws(VerbFailure) -> Figure {
    if call[Plot.heat] != nil,
      call[Plot.x] == nil || call[Plot.y] == nil || call[Plot.groups] != nil
    {
      throw VerbFailure(
        "E0422", "`heat` needs the names of both axes, and has no lines to group",
        argument: Plot.heat, help: "for example plot runs, x: rank, y: targets, heat: loss")
    }
    let picture = TableFigure(table, choosing: call[Plot.choice])
    do throws(TableFigure.Refusal) {
      switch (call[Plot.heat], call[Plot.x], call[Plot.y]) {
      case (let heat?, let x?, let y?): return try picture.heatMap(of: heat, x: x, y: y)
      case (nil, let x, let y?): return try picture.curves(of: y, over: x, by: call[Plot.groups])
      default: break
      }
    } catch {
      throw VerbFailure(
        "E0420",
        error.isThere
          ? "the column `\(error.column)` has values that are no numbers"
          : "there is no column `\(error.column)`",
        argument: argument(naming: error.column, call), notes: notes(picture.measured))
    }
    let measured = picture.measured
    throw VerbFailure(
      "E0422", "a table has several columns; `plot` has to be told which one",
      argument: Plot.subject,
      help: measured.isEmpty
        ? "this one has no column of numbers" : "for example y: \(measured[0])",
      notes: notes(measured))
  }

  private func argument(naming column: String, _ call: VerbCall) -> any DeclaredArgument {
    let arguments = [Plot.y, Plot.x, Plot.groups, Plot.heat]
    return arguments.first { call[$0] == column } ?? Plot.subject
  }

  private func notes(_ measured: [String]) -> [String] {
    measured.isEmpty ? [] : ["columns of numbers are \(measured.joined(separator: ", "))"]
  }
}
