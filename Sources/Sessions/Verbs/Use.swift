import Diagnostics
import Models
import RecipeLanguage

package enum Use: Verb {
  /// The model without an adapter.
  static let base = "base"

  package static let adapterName = Argument.requiredWord(
    "name", [base], orText: true, "an adapter's name, or base")

  package static let declaration = VerbDeclaration(
    "use", "switches to another adapter, or to the bare base",
    arguments: [adapterName],
    fields: [FieldDeclaration("name", "string", "what is in use now")],
    effects: [
      .needs(.model), .removes(.adapter, when: .word(adapterName, base)),
      .gives(.adapter, when: .not(.word(adapterName, base))),
    ],
    examples: ["use base"], related: ["lora", "compare"],
    details: """
      Several adapters may stand beside one base, each under its name; they share its memory. The \
      one in use adds alpha/rank · B·A·x to each of its layers, `base` adds nothing.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.use(call)
  }
}

extension Session {
  func use(_ call: VerbCall) throws(VerbFailure) -> Value {
    let name = call[Use.adapterName]
    if name == Use.base {
      state.activeAdapter = nil
    } else if let adapter = state.adapters[name] {
      try requireBase(of: adapter, named: Use.adapterName)
      state.activeAdapter = name
    } else {
      let known = state.adapters.keys.sorted()
      throw VerbFailure(
        "E0409", "there is no adapter \"\(name)\"", argument: Use.adapterName,
        help: NearestName.question(for: name, among: known)
          ?? "name it when it is made: lora name: \"\(name)\"",
        notes: known.isEmpty ? [] : ["adapters: \(known.joined(separator: ", "))"])
    }
    return .record(Record([("name", .string(name))]))
  }

  /// Refuses an adapter that was made on the base before `merge`, or on a merged one that is gone.
  ///
  /// - Parameter argument: what named it.
  func requireBase(
    of adapter: AdapterInUse, named argument: any DeclaredArgument
  ) throws(VerbFailure) {
    guard let model = state.model, adapter.base !== model.identity else { return }
    throw VerbFailure(
      "E0442",
      "the adapter \"\(adapter.name)\" was made on \(adapter.base.name), and the base in use is "
        + model.identity.name,
      argument: argument,
      help: model.merged == nil
        ? "save it before the base changes, or merge again as before"
        : "`quantize keep` comes back to the weights of the file")
  }
}
