import Diagnostics
import Files
import Glibc
import RecipeLanguage
import Sessions
import Training

/// Every run of a recipe and every training of a prompt, one JSON object a line, in the user's own folder. Several runs may end at
/// once: each is one append.
package struct RunHistory {
  private let path: String

  /// The user's own; nil where there is no folder for it.
  package static var own: RunHistory? {
    SkilletHome.path("runs.jsonl").map { RunHistory(path: $0) }
  }

  package init(path: String) {
    self.path = path
  }

  /// Remembers a run. A run is none the worse for not being remembered, so nothing is said of failure.
  package func append(_ run: Record) {
    try? AppendedLine.append(
      JSONValue(.record(run)).text(.compact, sortedKeys: false), to: path, permissions: 0o600)
  }

  /// The newest runs, oldest first; lines that are none are passed over.
  ///
  /// - Parameter word: what a run's recipe, model, data, folder, parameters or ending must have in it; nil for all runs.
  package func newest(_ count: Int, with word: String? = nil) -> [Record] {
    guard let bytes = try? MappedFile.contents(of: path) else { return [] }
    var runs: [Record] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    for index in lines.indices.reversed() where runs.count < count {
      guard let run = Self.run(lines, index), word.map({ Self.has($0, run) }) ?? true else {
        continue
      }
      runs.append(run)
    }
    return runs.reversed()
  }

  /// A line as a run with its number. Lines are only ever added, so that a number means the same run for
  /// good.
  private static func run(_ lines: [ArraySlice<UInt8>], _ index: Int) -> Record? {
    guard let json = try? JSONValue(parsing: lines[index]), case .record(let run) = Value(json)
    else { return nil }
    return Record([(number, .int(index + 1))] + run.fields.map { ($0.name, $0.value) })
  }

  /// The run of this name: its number, or its id, which may be cut where no other begins so.
  package func run(named name: EarlierRunName) -> Record? {
    if name.isNumber {
      guard let bytes = try? MappedFile.contents(of: path), let number = Int(name.text) else {
        return nil
      }
      let lines = bytes.split(separator: UInt8(ascii: "\n"))
      return lines.indices.contains(number - 1) ? Self.run(lines, number - 1) : nil
    }
    let found = newest(.max).filter { $0["id"]?.text?.hasPrefix(name.text) == true }
    return found.count == 1 ? found.first : found.first { $0["id"]?.text == name.text }
  }

  private static let number = "number"
  private static let recipe = "recipe"

  private static func has(_ word: String, _ run: Record) -> Bool {
    let texts = ["recipe", "model", "data", "folder", "ended"].compactMap { run[$0]?.text }
    return (texts + [parameters(of: run)]).contains { $0.lowercased().contains(word.lowercased()) }
  }
}

extension RunHistory {
  /// What there is to remember of a run: when, what, with which values, how it ended, what it measured.
  ///
  /// - Parameter ending: how it ended, in a word.
  package static func record(
    of recipe: RecipeText, _ parameters: [(name: String, value: Value)], in session: Session,
    ending: String, seconds: Double, _ summary: RunSummary
  ) -> Record {
    var run = Record(
      circumstances(session) + [
        (Self.recipe, .string(recipe.main.source.name)),
        ("recipe_sha256", .string(FileDigest.sha256(recipe.main.source.bytes))),
        ("params", .record(Record(parameters.map { ($0.name, $0.value) }))),
        ("ended", .string(ending)),
        ("seed", .int(Int(truncatingIfNeeded: session.state.seed))),
        ("seconds", .duration(seconds)),
      ])
    for (name, value) in summary.metrics { run[name] = value }
    if let adapter = summary.adapter { run["adapter_sha256"] = adapter }
    return run
  }

  /// When and where a run was, on what, and by which version; and a name for it, 8 random digits.
  private static func circumstances(_ session: Session) -> [(String, Value)] {
    let id = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    return [
      ("id", .string(id)), ("time", .int(Glibc.time(nil))),
      ("version", .string(SkilletVersion.current)),
      ("folder", .string(Paths.currentFolder)),
      ("model", session.state.model.map { .string($0.pinnedSource) } ?? .none),
      ("quantized", session.state.model?.quantization.map { .record($0) } ?? .none),
      ("data", session.state.data.map { .string($0.dataset.source.name) } ?? .none),
    ]
  }

  /// A training of a prompt that has just ended, as if it were a run of its own; nil where it is none of the last few.
  ///
  /// - Parameters:
  ///   - value: what it gave.
  ///   - cell: the number of its cell.
  static func record(ofTraining value: Record, in session: Session, cell: Int) -> Record? {
    guard let origin = session.origin(ofTraining: value) else { return nil }
    let ended = origin.isStopped ? "stopped" : value["finite"] == .bool(false) ? "failed" : "good"
    var run = Record(
      circumstances(session) + [
        (recipe, .string("(cell \(cell))")),
        ("params", .record(origin.arguments)),
        ("ended", .string(ended)),
        ("seed", .int(Int(truncatingIfNeeded: origin.seed))),
      ])
    for name in ["seconds", "loss", "valid_loss", "adapter_sha256"] {
      if let figure = value[name], figure != .none { run[name] = figure }
    }
    return run
  }

  /// A training with the values that a loop had meanwhile.
  ///
  /// - Parameter label: of the loop's row, such as `rank=2`.
  static func labelled(_ training: Record, _ label: String) -> Record {
    var training = training
    if let place = training[recipe]?.text { training[recipe] = .string("\(place) \(label)") }
    return training
  }

  /// Runs as a table, the newest last, by number: times of this place, parameters in one column, digests cut.
  package static func table(of runs: [Record]) -> Table {
    Table(
      rows: runs.map { run in
        // the columns that matter first: a narrow screen does without the last ones
        let more = ["perplexity", "valid_loss", "token_accuracy", "model", "seed"]
        var shown = Record([("id", run["id"] ?? .none)])
        for name in [recipe, "ended", "loss"] { shown[name] = run[name] }
        shown["params"] = .string(parameters(of: run, separator: ", "))
        shown["time"] = .string(time(of: run))
        for name in more { shown[name] = run[name] }
        if case .string(let digest)? = run["adapter_sha256"] {
          shown["adapter"] = .string(String(digest.prefix(12)))
        }
        shown["seconds"] = run["seconds"]?.number.map { .duration($0) }
        return Table.Row(label: run[number]?.source ?? "", record: shown)
      })
  }

  private static func parameters(of run: Record, separator: String = ",") -> String {
    guard case .record(let values)? = run["params"] else { return "" }
    return values.fields.map { Table.label(of: [($0.name, $0.value)]) }
      .joined(separator: separator)
  }

  private static func time(of run: Record) -> String {
    guard case .int(let seconds)? = run["time"] else { return "" }
    return time(seconds)
  }

  /// A run for people: its time as one of this place.
  package static func shown(_ run: Record) -> Record {
    var shown = run
    shown["time"] = .string(time(of: run))
    return shown
  }

  /// A time of this place to the minute.
  ///
  /// - Parameter seconds: since 1970.
  static func time(_ seconds: Int) -> String {
    var seconds = seconds
    var parts = unsafe tm()
    guard unsafe localtime_r(&seconds, &parts) != nil else { return "" }
    var text = [CChar](repeating: 0, count: 32)
    let count = unsafe strftime(&text, text.count, "%Y-%m-%d %H:%M", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
