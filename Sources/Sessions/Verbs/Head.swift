import RecipeLanguage
import Tokenizers
import Training

package enum Head: Verb {
  package static let count = Argument.positionalInt(
    "count", 1...100_000, default: 5, foreign: ["rows", "n", "limit"], "how many rows")
  package static let part = Argument<DatasetSplit.Part>.choice(
    "on", default: .train, "the part whose rows are shown")
  package static let first = Argument.int(
    "from", 1...Int.max, default: 1, "the first of them, counted from 1 in the part's order")
  package static let file = Argument.path(
    "file", .input, "a file or folder instead of the dataset, as it is; that needs no model")

  package static let declaration = VerbDeclaration(
    "head", "gives rows of the dataset as they were read",
    arguments: [count, part, first, file],
    fields: [
      FieldDeclaration("rows", "int", "how many there are in the part"),
      FieldDeclaration(
        "table", "table",
        "a row each: prompt and completion, messages or text, and its tokens; the label is its line"
      ),
    ],
    effects: [
      .needs(.model, when: .not(.given(file))), .needs(.dataset, when: .not(.given(file))),
      .needsRowsNamed(by: part.declaration, when: .not(.given(file))),
    ],
    examples: [
      "head 3", "head file: \"examples/expenses/train.jsonl\"",
      "let held_out = head 2, on: valid; show held_out.table[0].completion",
    ],
    related: ["dataset", "describe", "inspect"],
    foreign: ["peek", "sample", "first"], alternatives: [[part, file]],
    details: """
      A row is a value: `(head 3).table[1].prompt` is the prompt of the second. What training reads of it, and \
      which tokens are learnt, shows `inspect data, row: 2`.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    if let path = call[file] { return try rows(of: path, call, in: session) }
    let data = try session.requireData(name)
    let places = data.places(ofRowsIn: call[part])
    guard call[first] <= places.count else {
      throw VerbFailure(
        "E0412", "the part `\(call[part].rawValue)` has \(places.count) rows", argument: first,
        help: places.isEmpty ? "cut the dataset first: split valid: 10%" : "begin with one of them")
    }
    let chosen = places.dropFirst(call[first] - 1).prefix(call[count])
    var rows: [Table.Row] = []
    for pieces in chosen {
      let line = data.dataset.tokenized.outline(pieces.lowerBound).line
      rows.append(Table.Row(label: "line \(line)", record: try record(data.dataset, pieces)))
    }
    return .record(
      Record([("rows", .int(places.count)), ("table", .table(Table(rows: rows, heading: "line")))]))
  }

  /// Rows of a file, which no model has read.
  private static func rows(
    of path: String, _ call: VerbCall, in session: Session
  ) throws(VerbFailure) -> Value {
    let file = try session.sourceRows(path, named: Self.file)
    guard call[first] <= file.count else {
      throw VerbFailure(
        "E0412", "\(path) has \(file.count) rows", argument: first, help: "begin with one of them")
    }
    let chosen = call[first]..<call[first] + call[count]
    var rows: [Table.Row] = []
    var number = 0
    try session.read(file, named: Self.file) { row in
      number += 1
      if chosen.contains(number) {
        rows.append(Table.Row(label: "line \(row.line)", record: Record(row.values)))
      }
    }
    return .record(
      Record([("rows", .int(file.count)), ("table", .table(Table(rows: rows, heading: "line")))]))
  }

  private static func record(
    _ dataset: Dataset, _ pieces: Range<Int>
  ) throws(VerbFailure) -> Record {
    let outlines = pieces.map(dataset.tokenized.outline)
    let fields = try dataset.exampleOrFailure(at: pieces.lowerBound).fields
    return Record(
      fields + [
        ("tokens", .int(outlines.reduce(0) { $0 + $1.count })),
        ("trained_tokens", .int(outlines.reduce(0) { $0 + $1.trainedCount })),
      ])
  }
}

extension Dataset {
  /// An example as its row has it, where that can still be read.
  func exampleOrFailure(at place: Int) throws(VerbFailure) -> Example {
    do throws(DataError) {
      return try example(at: place)
    } catch {
      throw VerbFailure(error, argument: nil)
    }
  }
}

extension DataInUse {
  /// The rows of a part, each as the places of its examples: one, or the pieces of a long text.
  func places(ofRowsIn part: DatasetSplit.Part) -> [Range<Int>] {
    let chosen = Set(rows(part))
    return dataset.rows.filter { chosen.contains($0.lowerBound) }
  }
}

extension Example {
  /// What the row says, by the names that its format has for it.
  var fields: [(name: String, value: Value)] {
    switch content {
    case .text(let text): return [("text", .string(text))]
    case .segments(let segments):
      let list = segments.map {
        Value.record(Record([("text", .string($0.text)), ("label", .bool($0.isTrained))]))
      }
      return [("segments", .list(list))]
    case .messages(let messages):
      var turns = messages[...]
      var fields: [(name: String, value: Value)] = []
      if turns.first?.role == .system, let system = turns.popFirst() {
        fields.append(("system", .string(system.content)))
      }
      if turns.map(\.role) == [.user, .assistant], let prompt = turns.first, let reply = turns.last
      {
        fields.append(("prompt", .string(prompt.content)))
        if !prompt.context.isEmpty { fields.append(("input", .string(prompt.context))) }
        return fields + [("completion", .string(reply.content))]
      }
      return [
        (
          "messages",
          .list(
            messages.map { message in
              .record(
                Record([
                  ("role", .word(message.role.rawValue)), ("content", .string(message.content)),
                ]))
            })
        )
      ]
    }
  }
}
