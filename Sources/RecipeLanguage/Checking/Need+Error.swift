import Diagnostics

extension Need {
  /// Why a verb cannot run without this part of the session, and what to do first.
  ///
  /// - Parameter shape: what the session has instead.
  package func error(
    for verb: VerbDeclaration, at range: SourceRange, in shape: SessionShape
  ) -> EvaluationError {
    switch self {
    case .adapter where shape.setAside.contains(.adapter):
      EvaluationError(
        "E0401", "nothing to \(verb.name): no adapter is in use", at: range,
        label: "needs an adapter",
        help: "use one of those that are there, for example\n"
          + "use \(NumberText.quoted(shape.adapterName ?? "default"))")
    case .adapter:
      EvaluationError(
        "E0401", "nothing to \(verb.name): no adapter has been added", at: range,
        label: "needs an adapter",
        notes: [
          "QLoRA never changes the base weights; it trains two small matrices beside them"
        ], help: "add one first, for example\nlora rank: 8")
    case .model:
      EvaluationError(
        "E0402", "`\(verb.name)` needs a model, and none is loaded", at: range,
        label: "needs a model", help: "load one first, for example\nload \"smollm2\"")
    case .dataset:
      EvaluationError(
        "E0403", "`\(verb.name)` needs examples, and no dataset is open", at: range,
        label: "needs a dataset",
        help: "open one first, for example\ndataset \"examples/expenses/train.jsonl\"")
    }
  }

  /// Why a part of the dataset cannot be used.
  package static func missingPart(_ part: DataPart, at range: SourceRange) -> EvaluationError {
    EvaluationError(
      "E0412", "the dataset has no part `\(part.rawValue)`", at: range,
      label: "needs a split with `\(part.rawValue)`",
      help: "cut it first, for example\nsplit \((part == .train ? .valid : part).rawValue): 10%")
  }
}
