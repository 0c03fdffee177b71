import Diagnostics
import Files
import Glibc
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// Every run of a recipe and every training of a prompt, one JSON object a line, in the user's own folder. Several runs may end at
/// once: each is one append.
struct RunHistory {
  private let path: String

  /// The user's own; nil where there is no folder for it.
  static var own: RunHistory? { SkilletHome.path("runs.jsonl").map { RunHistory(path: $0) } }

  init(path: String) {
    self.path = path
  }

  /// Remembers a run. A run is none the worse for not being remembered, so nothing is said of failure.
  func append(_ run: Record) {
    try? AppendedLine.append(
      EventJSON.json(.record(run)).text(.compact, sortedKeys: false), to: path, permissions: 0o600)
  }

  /// The newest runs, oldest first; lines that are none are passed over.
  func newest(_ count: Int) -> [Record] {
    guard let bytes = try? MappedFile.contents(of: path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).suffix(count).compactMap { line in
      guard let json = try? JSONValue(parsing: line), case .record(let run) = Self.value(json)
      else { return nil }
      return run
    }
  }

  private static func value(_ json: JSONValue) -> Value {
    switch json {
    case .null: .none
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .double(let number): .float(number)
    case .digits(let text): .float(Double(text) ?? .nan)
    case .string(let text): .string(text)
    case .array(let elements): .list(elements.map(value))
    case .object(let object):
      .record(Record(object.members.map { ($0.key, value($0.value)) }))
    }
  }
}

extension RunHistory {
  /// What there is to remember of a run: when, what, with which values, how it ended, what it measured.
  static func record(
    of recipe: RecipeFile, _ parameters: [(name: String, value: Value)],
    _ execution: RecipeRunner.Execution
  ) -> Record {
    var run = Record([
      ("time", .int(Int(HistoryEntry.now))),
      ("recipe", .string(recipe.main.source.name)),
      ("recipe_sha256", .string(FileDigest.sha256(recipe.main.source.bytes))),
      ("params", .record(Record(parameters.map { ($0.name, $0.value) }))),
      ("ended", .string("\(execution.verdict)")),
      ("seed", .int(Int(truncatingIfNeeded: execution.seed))),
      ("seconds", .duration(execution.seconds)),
    ])
    for (name, value) in execution.summary.metrics { run[name] = value }
    if let adapter = execution.summary.adapter { run["adapter_sha256"] = adapter }
    return run
  }

  /// The trainings of a prompt's cell, as if each were a run of its own.
  static func records(ofTrainingsIn cell: Cell, of session: Session) -> [Record] {
    cell.outputs.compactMap { output in
      guard case .value(let event) = output, event.verb == Train.name,
        case .record(let value) = event.value, let origin = session.origin(ofTraining: value)
      else { return nil }
      let ended = origin.isStopped ? "stopped" : value["finite"] == .bool(false) ? "failed" : "good"
      var run = Record([
        ("time", .int(Int(HistoryEntry.now))),
        ("recipe", .string("(cell \(cell.number))")),
        ("params", .record(origin.arguments)),
        ("ended", .string(ended)),
        ("seed", .int(Int(truncatingIfNeeded: origin.seed))),
      ])
      for name in ["seconds", "loss", "valid_loss", "adapter_sha256"] {
        if let figure = value[name], figure != .none { run[name] = figure }
      }
      return run
    }
  }

  /// Runs as a table, the newest last: times of this place, parameters in one column, digests cut.
  static func table(of runs: [Record]) -> RecipeLanguage.Table {
    RecipeLanguage.Table(
      rows: runs.map { run in
        var shown = Record([
          ("recipe", run["recipe"] ?? .none), ("params", .string(parameters(of: run))),
        ])
        let names = ["perplexity", "loss", "ended", "valid_loss", "token_accuracy", "seed"]
        for name in names { shown[name] = run[name] }
        if case .string(let digest)? = run["adapter_sha256"] {
          shown["adapter"] = .string(String(digest.prefix(12)))
        }
        shown["seconds"] = run["seconds"]?.number.map { .duration($0) }
        return RecipeLanguage.Table.Row(label: time(of: run), record: shown)
      })
  }

  private static func parameters(of run: Record) -> String {
    guard case .record(let values)? = run["params"] else { return "" }
    return RecipeLanguage.Table.label(of: values.fields.map { ($0.name, $0.value) })
  }

  private static func time(of run: Record) -> String {
    guard case .int(var seconds)? = run["time"] else { return "" }
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return "" }
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
