import Diagnostics

extension Checker {
  /// Checks that a command finds what it needs, and notes what it leaves behind. Each missing part is
  /// reported once.
  mutating func checkOrder(of verb: VerbDeclaration, _ binder: ArgumentBinder, at command: Command)
  {
    guard var state else { return }
    for need in needs(of: verb, binder) where !state.has.contains(need) {
      report(need.error(for: verb, at: command.verb.range), secondary: reasons(for: need))
      state.has.insert(need)
      if need == .dataset { state.parts.formUnion(["train", "valid", "test"]) }
    }
    checkPart(of: verb, binder, at: command, &state)
    leave(verb, binder, at: command, &state)
    self.state = state
  }

  private func needs(of verb: VerbDeclaration, _ binder: ArgumentBinder) -> [Need] {
    var needs = verb.needs
    // a run is saved with the adapter that it remembers
    if verb.name == "save", binder.value(of: "to") != nil || isRun(binder.bound.first) {
      needs.removeAll { $0 == .adapter || $0 == .model }
    }
    if verb.name == "train", binder.value(of: "resume") != nil {
      needs.removeAll { $0 == .adapter }
    }
    if verb.name == "inspect", case .name(let subject)? = binder.value(of: "subject")?.kind {
      if subject == "adapter" { needs.append(.adapter) }
      if subject == "data" { needs.append(.dataset) }
    }
    // A missing model explains everything else that is missing.
    let isBare = needs.contains(.model) && state?.has.contains(.model) == false
    return isBare ? [.model] : needs
  }

  private func isRun(_ bound: ArgumentBinder.Bound?) -> Bool {
    guard case .name(let name)? = bound?.argument.value.kind, let type = scope[name]?.type else {
      return false
    }
    if case .record = type { return true }
    return type == .unknown
  }

  /// What a command that could not be read would have given: its absence is no second mistake.
  mutating func leave(broken verb: VerbDeclaration) {
    if let gift = verb.gives { state?.has.insert(gift) }
    if ["dataset", "split"].contains(verb.name) { state?.parts.formUnion(VerbCatalog.parts) }
  }

  private func reasons(for need: Need) -> [Label] {
    guard need == .adapter, let model = origins[.model] else { return [] }
    return [Label(model.source, model.range, "all weights of this model are frozen")]
  }

  private mutating func checkPart(
    of verb: VerbDeclaration, _ binder: ArgumentBinder, at command: Command,
    _ state: inout SessionShape
  ) {
    var (part, range) = ("", command.verb.range)
    if verb.name == "eval" {
      part = "valid"
      if let expression = binder.value(of: "on") {
        guard case .name(let name) = expression.kind else { return }
        (part, range) = (name, expression.range)
      }
    } else if verb.name == "train", let expression = binder.value(of: "eval_every") {
      (part, range) = ("valid", expression.range)
    }
    guard VerbCatalog.parts.contains(part), !state.parts.contains(part),
      state.has.contains(.dataset)
    else { return }
    report(
      Need.missingPart(part, at: range),
      secondary: origins[.dataset].map { [Label($0.source, $0.range, "not split")] } ?? [])
    state.parts.insert(part)
  }

  private mutating func leave(
    _ verb: VerbDeclaration, _ binder: ArgumentBinder, at command: Command,
    _ state: inout SessionShape
  ) {
    if let gift = verb.gives {
      state.has.insert(gift)
      origins[gift] = Label(source, command.range)
    }
    switch verb.name {
    case "load":
      state.has.remove(.adapter)
      if binder.value(of: "adapter") != nil { state.has.insert(.adapter) }
    case "train" where binder.value(of: "resume") != nil: state.has.insert(.adapter)
    case "dataset": state.parts = ["train"]
    case "split":
      state.parts = ["train"]
      let given = ["valid", "test"].filter { binder.value(of: $0) != nil }
      state.parts.formUnion(given + ["valid"])
      origins[.dataset] = Label(source, command.range)
    case "use":
      if case .name("base")? = binder.value(of: "name")?.kind {
        state.has.remove(.adapter)
      } else {
        state.has.insert(.adapter)
      }
    default: break
    }
  }
}
