import Models
import RecipeLanguage

/// What `lora modules_to_save:` names.
extension Session {
  func savedModules(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> Set<ModulePlace> {
    guard let names = call[LoRA.saved] else { return [] }
    var places: Set<ModulePlace> = []
    for name in names {
      let found = name.isEmpty ? [] : model.savedModules(named: name)
      if let other = model.untrainedModule(named: name), !name.isEmpty {
        throw VerbFailure(
          "E0407", "\(NumberText.quoted(name)) stands for \(other) too, which is not trained",
          argument: LoRA.saved,
          help: "name less: this model has " + model.savedNames.joined(separator: ", "))
      }
      if found.isEmpty {
        throw VerbFailure(
          "E0407", "no path of a module ends with \(NumberText.quoted(name))",
          argument: LoRA.saved,
          help: "this model has " + model.savedNames.joined(separator: ", "))
      }
      places.formUnion(found)
    }
    return places
  }

  /// Refuses a layer that is to get an adapter and to be trained itself; `all_linear` gives way.
  func requireApart(
    _ chosen: Set<ModulePlace>, _ saved: Set<ModulePlace>, _ call: VerbCall,
    of model: DecoderDescription
  ) throws(VerbFailure) {
    let givesWay = !call.has(LoRA.modules) && call[LoRA.targets].contains(LoRA.everyLinear)
    let named = givesWay ? chosen.filter { $0.table != nil } : chosen
    guard let both = model.places.first(where: { named.contains($0) && saved.contains($0) }) else {
      return
    }
    throw VerbFailure(
      "E0212", "\(model.path(at: both)) would get an adapter and be trained itself",
      argument: LoRA.saved,
      help: "leave \(model.name(of: both)) out of `\(LoRA.saved.name)` or of "
        + "`\(call.has(LoRA.modules) ? LoRA.modules.name : LoRA.targets.name)`")
  }
}
