import Files
import RecipeLanguage
import Training

package enum Describe: Verb {
  package static let part = Argument<DatasetSplit.Part?>.choiceOrAuto(
    "on", DatasetSplit.Part.allCases, "the part that is described; auto is all of them")

  package static let file = Argument.path(
    "file", .input, "a file or folder instead of the dataset, as it is; that needs no model")

  package static let declaration = VerbDeclaration(
    "describe", "counts what the rows of the dataset have: lengths, blanks, repetitions",
    arguments: [part, file],
    fields: [
      FieldDeclaration("rows", "int", "rows in use"),
      FieldDeclaration(
        "reading", "string", "of a file: how dataset reads its rows, or what it asks for"),
      FieldDeclaration("repeated", "int", "rows that are, token for token, one before them"),
      FieldDeclaration("tokens", "int", "tokens of all rows"),
      FieldDeclaration("trained_tokens", "int", "tokens that count in the loss"),
      FieldDeclaration(
        "fields", "table", "of each field: filled, distinct, shortest, median, longest"),
      FieldDeclaration("lengths", "table", "how many rows have so many tokens"),
    ],
    effects: [
      .needs(.model, when: .not(.given(file))), .needs(.dataset, when: .not(.given(file))),
    ],
    examples: [
      "describe", "describe file: \"examples/expenses/train.jsonl\"",
      "show (describe on: train).lengths",
    ],
    related: ["dataset", "head"],
    foreign: ["summarize", "info"], alternatives: [[part, file]],
    details: """
      Lengths of fields are in characters, those of rows in tokens of the loaded model, with the template's. A field \
      with few distinct texts is a label; blank ones teach the model to say nothing. Of a file the fields are its \
      columns, and there are no tokens.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    if let path = call[file] { return try description(of: path, in: session) }
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
    let outlines = places.map { $0.map(dataset.tokenized.outline) }
    let repeated = outlines.count { !seen.insert($0[0].identity).inserted }
    let tokens = outlines.map { $0.reduce(0) { $0 + $1.count } }
    let trained = outlines.joined().reduce(0) { $0 + $1.trainedCount }
    var fields = FieldCounts()
    for place in places { fields.add(try dataset.exampleOrFailure(at: place.lowerBound).fields) }
    return .record(
      Record([
        ("rows", .int(places.count)), ("repeated", .int(repeated)),
        ("tokens", .int(tokens.reduce(0, +))), ("trained_tokens", .int(trained)),
        ("fields", .table(fields.table)),
        ("lengths", .table(lengths(tokens))),
      ]))
  }

  /// What a file has, which no model has read.
  private static func description(
    of path: String, in session: Session
  ) throws(VerbFailure) -> Value {
    let file = try session.sourceRows(path, named: Self.file)
    var fields = FieldCounts()
    // hashes, since a file may be larger than memory
    var seen: Set<Int> = []
    var repeated = 0
    try session.read(file, named: Self.file) { row in
      fields.add(row.values)
      let text = JSONValue.object(row.object).text(.compact, sortedKeys: true)
      if !seen.insert(text.hashValue).inserted { repeated += 1 }
    }
    return .record(
      Record([
        ("rows", .int(file.count)), ("reading", .string(file.reading)),
        ("repeated", .int(repeated)), ("fields", .table(fields.table)),
      ]))
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

/// What the fields of rows have, counted row by row: of their texts only the first is kept.
private struct FieldCounts {
  private struct Field {
    let name: String
    let first: String
    var blank = 0
    /// Hashes of the texts, equal for equal ones.
    var texts: Set<Int> = []
    /// In characters.
    var lengths: [Int32] = []
  }

  private var fields: [Field] = []

  mutating func add(_ values: [(name: String, value: Value)]) {
    for (name, value) in values {
      let text = value == .none ? "" : value.text ?? value.source
      var place = fields.firstIndex { $0.name == name } ?? fields.count
      if place == fields.count {
        fields.append(Field(name: name, first: text))
        place = fields.count - 1
      }
      if text.allSatisfy(\.isWhitespace) { fields[place].blank += 1 }
      fields[place].texts.insert(text.hashValue)
      fields[place].lengths.append(Int32(clamping: text.count))
    }
  }

  var table: Table {
    Table(
      rows: fields.map { field in
        let lengths = field.lengths.sorted()
        return Table.Row(
          label: field.name,
          record: Record([
            ("rows", .int(lengths.count)), ("blank", .int(field.blank)),
            ("distinct", .int(field.texts.count)), ("shortest", .int(Int(lengths.first ?? 0))),
            ("median", .int(Int(lengths[lengths.count / 2]))),
            ("longest", .int(Int(lengths.last ?? 0))), ("first", .string(field.first)),
          ]))
      }, heading: "field")
  }
}
