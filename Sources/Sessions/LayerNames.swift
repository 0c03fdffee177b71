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
    _ name: String, _ argument: any DeclaredArgument, _ model: DecoderDescription
  ) -> VerbFailure {
    let known = model.names(of: LinearRole.allCases).joined(separator: ", ")
    return VerbFailure(
      "E0407", "this model has no layer `\(name)`", argument: argument,
      help: "its linear layers are \(known)")
  }
}
