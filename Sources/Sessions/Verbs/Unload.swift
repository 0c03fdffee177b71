import Models
import RecipeLanguage

package enum Unload: Verb {
  package static let adapterName = Argument<String>.requiredText("name", "an adapter's name")

  package static let declaration = VerbDeclaration(
    "unload", "forgets an adapter and gives its memory back",
    arguments: [adapterName],
    fields: [
      FieldDeclaration("name", "string", "what is gone"),
      FieldDeclaration("adapters", "list", "the adapters that are left"),
    ],
    effects: [.needs(.model), .uses(.adapter)],
    examples: ["unload \"default\""], related: ["use", "combine"],
    foreign: ["delete_adapter", "free"],
    details: """
      The base stays, and so do folders that the adapter was saved into. An adapter that was trained here and \
      is not saved is refused: save it first.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.unload(call)
  }
}

extension Session {
  fileprivate func unload(_ call: VerbCall) throws(VerbFailure) -> Value {
    let name = call[Unload.adapterName]
    let kept = try adapter(named: name, Unload.adapterName)
    guard !kept.isTrainedHere || kept.isSaved else {
      throw VerbFailure(
        "E0409", "what \"\(name)\" has learnt is not saved", argument: Unload.adapterName,
        help: "save it first: use \"\(name)\", then save \"out/\(name)\"")
    }
    state.adapters[name] = nil
    if state.activeAdapter == name { state.activeAdapter = nil }
    return .record(
      Record([
        ("name", .string(name)),
        ("adapters", .list(state.adapters.keys.sorted().map { .string($0) })),
      ]))
  }
}
