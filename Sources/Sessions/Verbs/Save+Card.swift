import Files
import Models
import RecipeLanguage
import Tokenizers
import Training

/// What goes into an adapter's folder for people and for other programs.
extension Session {
  /// The model card, and the tokenizer's files where the base has them as files.
  func companions(of adapter: AdapterInUse, in folder: String) throws(FileError) -> [FolderFile] {
    var files: [FolderFile] = []
    if let card = readme(of: adapter).file(in: folder) { files.append(card) }
    guard let source = adapter.base.tokenizerFolder else { return files }
    let isOlder = !Paths.exists(source + "/tokenizer.json")
    let names = Tokenizer.fileNames + (isOlder ? Tokenizer.olderFileNames : [])
    for name in names + ["chat_template.jinja"] where Paths.exists(source + "/" + name) {
      files.append(FolderFile(name, try MappedFile.contents(of: source + "/" + name)))
    }
    return files
  }

  private func readme(of adapter: AdapterInUse) -> AdapterReadme {
    var facts: [(name: String, value: String)] = [
      ("base weights in training", adapter.trainedOn ?? "as in the file"),
      ("steps", "\(adapter.steps)"),
    ]
    if let data = state.data {
      let rows = data.examples(.train).outlines
      let seen = rows.count { adapter.rows.contains($0.identity) }
      if seen > 0 {
        facts.append(
          (
            "data",
            "\(data.dataset.source.name), trained on \(seen) of its \(rows.count) rows to train on"
          ))
      }
    }
    if let losses = adapter.curve?.losses, let first = losses.first, let last = losses.last {
      facts.append(("loss of step \(first.step)", NumberText.shortest(first.loss)))
      facts.append(("loss of step \(last.step)", NumberText.shortest(last.loss)))
    }
    if let last = adapter.curve?.evaluations.last {
      facts.append(("validation loss at step \(last.step)", NumberText.shortest(last.loss)))
    }
    return AdapterReadme(
      base: adapter.base, configuration: adapter.adapter.configuration, facts: facts,
      recipe: adapter.trainedBy)
  }
}
