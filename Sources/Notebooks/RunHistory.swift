import Diagnostics
import Files
import Glibc
import RecipeLanguage
import Sessions

/// Every run of a recipe and every training of a prompt, one JSON object a line, in the user's own folder. Several runs may end at
/// once: each is one append.
package struct RunHistory {
  private let path: String

  /// The user's own; nil where there is no folder for it.
  package static var own: RunHistory? { SkilletHome.path("runs.jsonl").map { RunHistory(path: $0) } }

  package init(path: String) {
    self.path = path
  }

  /// Remembers a run. A run is none the worse for not being remembered, so nothing is said of failure.
  package func append(_ run: Record) {
    try? AppendedLine.append(
      JSONValue(.record(run)).text(.compact, sortedKeys: false), to: path, permissions: 0o600)
  }

  /// The newest runs, oldest first; lines that are none are passed over.
  package func newest(_ count: Int) -> [Record] {
    guard let bytes = try? MappedFile.contents(of: path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).suffix(count).compactMap { line in
      guard let json = try? JSONValue(parsing: line), case .record(let run) = Value(json)
      else { return nil }
      return run
    }
  }
}

extension RunHistory {
  /// What there is to remember of a run: when, what, with which values, how it ended, what it measured.
  ///
  /// - Parameter ending: how it ended, in a word.
  package static func record(
    of recipe: RecipeFile, _ parameters: [(name: String, value: Value)], ending: String,
    seed: UInt64, seconds: Double, _ summary: RunSummary
  ) -> Record {
    var run = Record([
      ("time", .int(Glibc.time(nil))),
      ("recipe", .string(recipe.main.source.name)),
      ("recipe_sha256", .string(FileDigest.sha256(recipe.main.source.bytes))),
      ("params", .record(Record(parameters.map { ($0.name, $0.value) }))),
      ("ended", .string(ending)),
      ("seed", .int(Int(truncatingIfNeeded: seed))),
      ("seconds", .duration(seconds)),
    ])
    for (name, value) in summary.metrics { run[name] = value }
    if let adapter = summary.adapter { run["adapter_sha256"] = adapter }
    return run
  }

  /// The trainings of a prompt's cell, as if each were a run of its own.
  package static func records(ofTrainingsIn cell: Cell, of session: Session) -> [Record] {
    cell.outputs.compactMap { output in
      guard case .value(let event) = output, event.verb == Train.name,
        case .record(let value) = event.value, let origin = session.origin(ofTraining: value)
      else { return nil }
      let ended = origin.isStopped ? "stopped" : value["finite"] == .bool(false) ? "failed" : "good"
      var run = Record([
        ("time", .int(Glibc.time(nil))),
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
  package static func table(of runs: [Record]) -> Table {
    Table(
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
        return Table.Row(label: time(of: run), record: shown)
      })
  }

  private static func parameters(of run: Record) -> String {
    guard case .record(let values)? = run["params"] else { return "" }
    return Table.label(of: values.fields.map { ($0.name, $0.value) })
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
