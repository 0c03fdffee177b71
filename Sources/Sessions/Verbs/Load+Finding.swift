import Diagnostics
import Files
import Hubs
import Models
import RecipeLanguage

/// From what a recipe calls a model to its file or folder.
extension Session {
  /// The path of a model; one of the hub is fetched if it is not here.
  func path(ofModel source: String) throws(VerbFailure) -> String {
    do throws(FileError) {
      if let path = try ModelFolder.found(source) { return path }
    } catch {
      throw VerbFailure(error, argument: Load.source)
    }
    guard mayFetch, let reference = HubReference(source) else { throw missingModel(source) }
    return try fetch(reference, source)
  }

  private func fetch(_ reference: HubReference, _ source: String) throws(VerbFailure) -> String {
    let start = ContinuousClock.now
    var told = -1
    let hub = Hub(isInterrupted: isInterrupted, notice: notice)
    do throws(Hub.Failure) {
      return try hub.fetch(
        reference, check: LoadedModel.check,
        onProgress: { [self] done, total in
          let (done, total) = (done / 1_000_000, total / 1_000_000)
          guard done != told else { return }
          told = done
          let seconds = (ContinuousClock.now - start).seconds
          progress(
            Progress(verb: Load.name, done: done, total: total, unit: "MB", seconds: seconds))
        })
    } catch {
      switch error {
      case .interrupted:
        throw VerbFailure(
          "E0901", "`\(Load.name)` was interrupted while the model was fetched",
          argument: Load.source,
          help: "the same line goes on from what came", kind: .interrupted)
      case .failed(let error): throw failure(error, of: reference, source)
      }
    }
  }

  /// A text without `hf:` may be a path that is mistyped, so both are told.
  private func failure(
    _ error: FileError, of reference: HubReference, _ source: String
  ) -> VerbFailure {
    guard !reference.isExplicit, error.kind == .missing else {
      var failure = VerbFailure(error, argument: Load.source)
      if error.kind == .missing { failure.notes += nearNames(source) }
      return failure
    }
    var failure = missingModel(source)
    failure.notes.insert("as a name of the hub: \(error.cause); \(error.fix)", at: 0)
    return failure
  }

  private func nearNames(_ source: String) -> [String] {
    nearName(source).map { [$0] } ?? []
  }

  /// A model that is here and is called much alike, with or without what its name begins with.
  private func nearName(_ source: String) -> String? {
    let known = ModelFolder.available
    let longer = known.first { $0.hasPrefix(source + ":") || $0.hasPrefix(source + "/") }
    return longer.map { "did you mean `\($0)`?" }
      ?? NearestName.question(for: source, among: known)
      ?? NearestName.question(for: HubReference.prefix + source, among: known)
  }

  func missingModel(_ source: String) -> VerbFailure {
    let known = ModelFolder.available
    let advice = ModelFolder.advice(on: source)
    var notes: [String] = []
    if let advice { notes.append(advice.facts) }
    if !mayFetch, HubReference(source) != nil {
      notes.append("it is not in the hub's cache; a run asks the hub")
    }
    for (prefix, folders) in [
      (OllamaStore.prefix, OllamaStore.folders), (LMStudioStore.prefix, LMStudioStore.folders),
    ] where source.hasPrefix(prefix) {
      notes.append("it is looked for in \(folders.joined(separator: ", "))")
    }
    if !known.isEmpty { notes.append("models found: \(known.joined(separator: ", "))") }
    return VerbFailure(
      "E0405", "there is no model \"\(source)\"", argument: Load.source,
      help: nearName(source) ?? advice?.fix
        ?? "check the path; a model is a .gguf file, a folder with config.json, or hf:OWNER/NAME",
      notes: notes, kind: .input)
  }
}
