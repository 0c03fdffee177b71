import Models
import RecipeLanguage

extension SessionState {
  /// What can be asked of the adapter in use: its name, shape and strength; nil where none is.
  package var adapterFacts: Record? {
    guard let model, let adapter else { return nil }
    let configuration = adapter.adapter.configuration
    let targets = model.decoder.description.targetNames(of: configuration)
    return Record([
      ("name", .string(adapter.name)), ("rank", .int(configuration.rank)),
      ("alpha", .float(configuration.alpha)), ("scale", .float(Double(configuration.scale))),
      ("targets", .list(targets.map { .word($0) })), ("steps", .int(adapter.steps)),
      ("trainable", .int(adapter.adapter.trainableCount)),
    ])
  }

  /// The scheme of the last `quantize`, or none.
  package var scheme: Value { model?.scheme.map { .word($0) } ?? Value.none }
}
