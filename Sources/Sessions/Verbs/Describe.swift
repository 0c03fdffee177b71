import RecipeLanguage
import Training

package enum Describe: Verb {
  package static let part = Argument<DatasetSplit.Part?>.choiceOrAuto(
    "on", DatasetSplit.Part.allCases, "the part that is described; auto is all of them")

  package static let declaration = VerbDeclaration(
    "describe", "counts what the rows of the dataset have: lengths, blanks, repetitions",
    arguments: [part],
    fields: [
      FieldDeclaration("rows", "int", "rows in use"),
      FieldDeclaration("repeated", "int", "rows that are, token for token, one before them"),
      FieldDeclaration("tokens", "int", "tokens of all rows"),
      FieldDeclaration("trained_tokens", "int", "tokens that count in the loss"),
      FieldDeclaration(
        "fields", "table", "of each field: filled, distinct, shortest, median, longest"),
      FieldDeclaration("lengths", "table", "how many rows have so many tokens"),
    ],
    effects: [.needs(.model), .needs(.dataset)],
    examples: ["describe", "show (describe on: train).lengths"], related: ["dataset", "head"],
    foreign: ["summarize", "info"],
    details: """
      Lengths of fields are in characters, those of rows in tokens of the loaded model, with the template's. A field \
      with few distinct texts is a label; blank ones teach the model to say nothing.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    let data = try session.requireData(name)
    let parts = call[part].map { [$0] } ?? DatasetSplit.Part.allCases
    let places = parts.flatMap { data.places(ofRowsIn: $0) }
    guard !places.isEmpty else {
      throw VerbFailure(
        "E0412", "there are no rows to describe", argument: part,
        help: "cut the dataset first: split valid: 10%")
    }
    let dataset = data.dataset
    var seen: Set<UInt64> = []
    let repeated = places.count { !seen.insert(dataset.tokenized[$0.lowerBound].identity).inserted }
    let tokens = places.map { $0.reduce(0) { $0 + dataset.tokenized[$1].tokens.count } }
    let trained = places.joined().reduce(0) { $0 + dataset.tokenized[$1].trainedCount }
    return .record(
      Record([
        ("rows", .int(places.count)), ("repeated", .int(repeated)),
        ("tokens", .int(tokens.reduce(0, +))), ("trained_tokens", .int(trained)),
        ("fields", .table(fields(of: places.map { dataset.examples[$0.lowerBound] }))),
        ("lengths", .table(lengths(tokens))),
      ]))
  }

  private static func fields(of examples: [Example]) -> Table {
    var names: [String] = []
    var texts: [String: [String]] = [:]
    for (name, value) in examples.lazy.flatMap(\.fields) {
      if texts[name] == nil { names.append(name) }
      texts[name, default: []].append(value.text ?? value.source)
    }
    return Table(
      rows: names.map { name in
        let values = texts[name] ?? []
        let lengths = values.map(\.count).sorted()
        return Table.Row(
          label: name,
          record: Record([
            ("rows", .int(values.count)),
            ("blank", .int(values.count { $0.allSatisfy(\.isWhitespace) })),
            ("distinct", .int(Set(values).count)), ("shortest", .int(lengths.first ?? 0)),
            ("median", .int(lengths[lengths.count / 2])), ("longest", .int(lengths.last ?? 0)),
            ("first", .string(values.first ?? "")),
          ]))
      }, heading: "field")
  }

  /// Rows by their tokens, in stretches that double.
  private static func lengths(_ tokens: [Int]) -> Table {
    let longest = tokens.max() ?? 1
    var bounds = [16]
    while bounds[bounds.count - 1] < longest { bounds.append(bounds[bounds.count - 1] * 2) }
    var first = 1
    var rows: [Table.Row] = []
    for bound in bounds {
      let count = tokens.count { (first...bound).contains($0) }
      if count > 0 || !rows.isEmpty {
        let share = Value.percent(Double(count) / Double(tokens.count))
        rows.append(
          Table.Row(
            label: "\(first)-\(bound) tokens",
            record: Record([("rows", .int(count)), ("share", share)])))
      }
      first = bound + 1
    }
    return Table(rows: rows, heading: "length")
  }
}
