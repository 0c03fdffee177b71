import Files
import Models
import RecipeLanguage

/// A run of another time as a command names it: `run: 12` by its number in `:runs`, or `run: "3f2a9c01"` by
/// its id.
package struct EarlierRunName: Sendable {
  /// Digits for a number, else an id or its beginning.
  package let text: String
  package let isNumber: Bool

  package init?(_ value: Value?) {
    switch value {
    case .int(let number): (text, isNumber) = ("\(number)", true)
    case .string(let id): (text, isNumber) = (id, false)
    default: return nil
    }
  }
}

/// What the list of runs has of a run that `load run:` asks for.
private struct EarlierRun {
  /// As the command has it.
  let name: String
  let record: Record

  func text(_ field: String) -> String? {
    if case .string(let text)? = record[field] { text } else { nil }
  }

  /// The model as it is reached from where the run was.
  var model: String? {
    guard let source = text("model"), let folder = text("folder") else { return nil }
    return RecipeFolder(path: folder).value(.string(source), for: .model).text
  }

  /// What `quantize` was given, where there was one.
  var quantization: Record? {
    if case .record(let given)? = record["quantized"] { given } else { nil }
  }
}

extension Session {
  /// The record of a run that a command names.
  func earlierRun(
    _ value: Value?, named argument: any DeclaredArgument
  ) throws(VerbFailure) -> Record {
    guard let name = EarlierRunName(value), let run = findRun(name) else {
      let text = value?.source ?? ""
      throw VerbFailure(
        "E0444", "there is no run \(text)", argument: argument,
        help: "`skillet runs`, or :runs at the prompt, lists them with their numbers and ids")
    }
    return run
  }

  /// Loads the model of a run, quantizes it as it was, and puts the run's adapter on top.
  func loadRun(_ call: VerbCall) throws(VerbFailure) -> Value {
    let record = try earlierRun(call[Load.run], named: Load.run)
    let run = EarlierRun(name: call[Load.run]?.source ?? "", record: record)
    guard let model = run.model else {
      throw VerbFailure(
        "E0444", "the run \(run.name) had no model", argument: Load.run,
        help: "`show run: \(run.name)` tells what it had")
    }
    guard let sha256 = run.text("adapter_sha256") else {
      throw VerbFailure(
        "E0444", "the run \(run.name) trained no adapter", argument: Load.run,
        help: "load its model alone: load \(NumberText.quoted(model))")
    }
    guard let folder = archive?.path(of: sha256) else {
      throw VerbFailure(
        "E0444", "the adapter of the run \(run.name) is not kept any more", argument: Load.run,
        help: "load it from where it was saved, load …, adapter: …, or run the recipe again",
        notes: ["the latest are kept, up to 1 GB in all and 128 MB each"])
    }
    let value = try load(model, call)
    if let given = run.quantization {
      let values = Dictionary(given.fields.map { ($0.name, $0.value) }) { first, _ in first }
      let known = values.filter { Quantize.declaration.argument($0.key) != nil }
      _ = try quantize(
        VerbCall(verb: Quantize.declaration, given: known, range: call.range, ranges: [:]))
    }
    try loadAdapter(folder, as: AdapterInUse.standardName, named: Load.run)
    tellWhatElse(of: run)
    return value
  }

  private func tellWhatElse(of run: EarlierRun) {
    guard state.data == nil, let data = run.text("data") else { return }
    notice("its data were \(data); no dataset is loaded now")
  }
}
