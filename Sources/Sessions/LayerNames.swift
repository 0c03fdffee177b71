import Models
import RecipeLanguage

/// Linear layers by the names that recipes call them.
extension Session {
  /// The layers of a block that have one of these names, in the model's order.
  func roles(
    named names: [String], _ argument: any DeclaredArgument, of model: DecoderDescription
  ) throws(VerbFailure) -> [LinearRole] {
    var roles: Set<LinearRole> = []
    for name in names {
      let found = model.linears.filter { model.matches(name, $0, layer: 0) }
      if found.isEmpty { throw unknownLayer(name, argument, model) }
      roles.formUnion(found.map(\.role))
    }
    return model.linears.map(\.role).filter(roles.contains)
  }

  /// The layers of all blocks, and the tables beside them, that have one of these names.
  func places(
    named names: [String], _ argument: any DeclaredArgument, of model: DecoderDescription
  ) throws(VerbFailure) -> Set<ModulePlace> {
    var places: Set<ModulePlace> = []
    for name in names {
      let found = model.modules(.list([name]))
      if found.isEmpty { throw unknownLayer(name, argument, model, isAdapted: true) }
      places.formUnion(found)
    }
    return places
  }

  /// The layer that `inspect` was asked for; the first where several have the name.
  func module(
    named name: String, of model: DecoderDescription
  ) throws(VerbFailure) -> LinearModule {
    if let module = model.linears.first(where: { model.matches(name, $0, layer: 0) }) {
      return module
    }
    throw unknownLayer(name, Inspect.subject, model)
  }

  func unknownLayer(
    _ name: String, _ argument: any DeclaredArgument, _ model: DecoderDescription,
    isAdapted: Bool = false
  ) -> VerbFailure {
    let known = isAdapted ? model.targetNames : model.names(of: LinearRole.allCases)
    return VerbFailure(
      "E0407", "this model has no layer `\(name)`", argument: argument,
      help: "its \(isAdapted ? "" : "linear ")layers are " + known.joined(separator: ", "))
  }
}
