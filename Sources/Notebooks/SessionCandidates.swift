import RecipeLanguage
import Sessions

/// What the session at hand knows of a value that is being written: names of its adapters, ids of runs, the
/// columns of a file.
struct SessionCandidates {
  let notebook: Notebook

  /// A value, and a word about it.
  private typealias Candidate = (text: String, help: String)

  /// - Parameters:
  ///   - typed: what of it stands there, without a quote.
  ///   - range: where that is.
  ///   - isQuoted: whether a quote stands before it; else the value brings its own.
  func items(
    _ place: Completion.ValuePlace, _ typed: String, _ range: Range<Int>, isQuoted: Bool
  ) -> [CellCompletion.Item] {
    let isKey = place.part == .key
    return candidates(place).filter { $0.text.hasPrefix(typed) }.map { text, help in
      let insert = isKey ? text + ": " : isQuoted ? text + "\"" : NumberText.quoted(text)
      return CellCompletion.Item(insert: insert, display: text, help: help, range: range)
    }
  }

  private func candidates(_ place: Completion.ValuePlace) -> [Candidate] {
    switch (place.verb, place.argument, place.part) {
    case (Use.name, Use.adapterName.name, .whole), (Unload.name, Unload.adapterName.name, .whole),
      (Judge.name, Judge.adapters.name, .whole), (Combine.name, Combine.weights.name, .key):
      adapters
    case (ReadDataset.name, ReadDataset.columns.name, .key):
      DataColumns.parts.map { ($0, "a part of a row") }
    case (ReadDataset.name, ReadDataset.columns.name, .value):
      place.texts[ReadDataset.source.name].map(DataColumns.names)?
        .map { ($0, "a column of the file") } ?? []
    case (Load.name, Load.run.name, .whole), (Show.name, Show.run.name, .whole): runs
    default: []
    }
  }

  private var adapters: [Candidate] {
    notebook.session.state.adapters.values.sorted { $0.name < $1.name }
      .map { ($0.name, "an adapter, \($0.steps) steps") }
  }

  /// Runs that made an adapter, the latest first.
  private var runs: [Candidate] {
    let runs = RunHistory.own?.newest(20).filter { $0["adapter_sha256"] != nil } ?? []
    return runs.reversed().compactMap { run in
      guard let id = run["id"]?.text else { return nil }
      let figures = ["recipe", "data", "loss"].compactMap { run[$0]?.display }
      return (id, figures.joined(separator: ", "))
    }
  }
}
