import Files
import Models
import RecipeLanguage
import Training

extension Session {
  /// Refuses an output in the place of what the session reads: the model's file, or rows that are read again.
  func requireOutputs(of call: VerbCall) throws(VerbFailure) {
    for argument in call.verb.arguments where argument.file == .output {
      guard let path = call.given[argument.name]?.text.map(Paths.expandingHome) else { continue }
      let inputs = (state.data?.dataset.source.paths ?? []) + [state.model?.loaded.path ?? ""]
      guard inputs.contains(where: { Paths.areSame($0, path) }) else { continue }
      hasFailedSave = true
      let error = FileError(
        .unwritable, file: path, cause: "this session reads it, and it would be replaced",
        fix: "choose another name")
      throw VerbFailure(error, argument: nil)
    }
  }
}
