import Models
import RecipeLanguage

package enum Unfreeze: Verb {
  package static let declaration = VerbDeclaration(
    "unfreeze", "trains whole matrices instead of an adapter of low rank: full fine-tuning",
    arguments: [LoRA.targets, LoRA.modules, LoRA.exclude, LoRA.layers, LoRA.adapterName],
    fields: [
      FieldDeclaration("layers", "int", "linear layers that will be trained"),
      FieldDeclaration("trainable", "int", "numbers in their matrices"),
      FieldDeclaration("total", "int", "numbers in the model and in the change"),
      FieldDeclaration("percent", "percent", "trainable of total"),
      FieldDeclaration("bytes", "size", "the change in memory; its gradient takes as much again"),
    ],
    effects: [.needs(.model), .gives(.adapter)],
    examples: ["unfreeze targets: [q_proj], layers: [0]"],
    related: ["lora", "train", "inspect", "merge", "save"], foreign: ["full"],
    alternatives: [[LoRA.targets, LoRA.modules]],
    next: { shape in
      shape.has.contains(.dataset) ? "train epochs: 1" : "dataset \"…\", the examples to train on"
    },
    details: """
      Learns a whole matrix ΔW of outputs × inputs beside each layer, y = (W + ΔW)·x, where `lora` \
      learns B·A of a small rank. ΔW starts at zero and is kept in f32; W stays as it is stored, so a \
      quantized base works too. AdamW moves ΔW as it would move W; weight_decay pulls ΔW to zero, not W. \
      A learning rate a tenth of LoRA's is a good start. \
      What comes out is an adapter of full rank, whose A is the identity: `merge` makes it part of the model, \
      `save` writes it for PEFT as well, and `combine method: svd, rank: 8` gives the nearest adapter of low rank.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.unfreeze(call)
  }
}

extension Session {
  fileprivate func unfreeze(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Unfreeze.name)
    let name = call[LoRA.adapterName] ?? AdapterInUse.standardName
    try requireName(name, LoRA.adapterName)
    let description = model.decoder.description
    let chosen = try chosen(call, of: description)
    if chosen.contains(.table(.embedding)) {
      throw VerbFailure(
        "E0407", "`\(Unfreeze.name)` trains linear layers, and the embedding is none",
        argument: call.has(LoRA.modules) ? LoRA.modules : LoRA.targets,
        help: "leave it out, or train beside it: lora targets: "
          + "[\(description.name(of: .table(.embedding)))]")
    }
    let adapter = Adapter(
      configuration: LoRAConfiguration(wholeMatrices: chosen, of: description),
      model: description, seed: state.seed)
    take(
      AdapterInUse(
        name: name, adapter: adapter, base: model.identity, steps: 0, curve: nil))
    let whole = summary(of: adapter, in: model)
    var record = Record([("layers", .int(adapter.parameters.layout.entries.count))])
    for field in whole.fields
    where Unfreeze.declaration.fields.contains(where: { $0.name == field.name }) {
      record[field.name] = field.value
    }
    return .record(record)
  }
}
