import Models
import RecipeLanguage

package enum Use: Verb {
  /// The model without an adapter.
  static let base = "base"

  package static let adapterName = Argument.requiredValue(
    "name", .either([.string, .word([base]), .record]),
    "an adapter's name, base, or a value: a run of a loop, or what train gave")
  package static let folder = Argument<String?>.path(
    "from", .input, "a PEFT folder that is read onto the base in use, under this name")

  package static let declaration = VerbDeclaration(
    "use", "switches to another adapter, or to the bare base",
    arguments: [adapterName, folder],
    fields: [FieldDeclaration("name", "string", "what is in use now")],
    effects: [
      .needs(.model), .removes(.adapter, when: .word(adapterName, base)),
      .gives(.adapter, when: .not(.word(adapterName, base))),
    ],
    examples: ["use base"], related: ["lora", "combine", "unload", "compare"],
    details: """
      Several adapters may stand beside one base, each under its name; they share its memory. The \
      one in use adds alpha/rank · B·A·x to each of its layers, `base` adds nothing. What a loop or `train` \
      gave stands for its adapter: `use best(runs, by: perplexity)`, and :chat talks to it.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.use(call)
  }
}

extension Session {
  func use(_ call: VerbCall) throws(VerbFailure) -> Value {
    if case .record(let run) = call[Use.adapterName] { return try use(run, call) }
    let name = call[Use.adapterName].text ?? Use.base
    if let folder = call[Use.folder] {
      try requireName(name, Use.adapterName)
      try loadAdapter(folder, as: name, named: Use.folder)
    } else if name == Use.base {
      state.activeAdapter = nil
    } else {
      _ = try adapter(named: name, Use.adapterName)
      state.activeAdapter = name
    }
    return .record(Record([("name", .string(name))]))
  }

  /// Uses the adapter that a value stands for, under its name.
  private func use(_ run: Record, _ call: VerbCall) throws(VerbFailure) -> Value {
    guard !call.has(Use.folder) else {
      throw VerbFailure(
        "E0213", "a value brings its adapter, and is no name for one that is read",
        argument: Use.folder, help: "leave `from` out, or give a name: use \"b\", from: \"folder\"")
    }
    guard let found = adapter(of: run.reference) else {
      throw VerbFailure(
        "E0417", "this record stands for no adapter", argument: Use.adapterName,
        help: "take a run: use best(runs, by: perplexity)")
    }
    try requireBase(of: found, named: Use.adapterName)
    if state.adapters[found.name]?.adapter === found.adapter {
      state.activeAdapter = found.name
    } else {
      take(found)
    }
    return .record(Record([("name", .string(found.name))]))
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
