import Diagnostics

extension Checker {
  /// Checks that a command finds what it needs, and notes what it leaves behind. Each missing part is
  /// reported once.
  ///
  /// - Parameter isWhole: whether its arguments are right; else one that is missing may bring what it needs.
  mutating func checkOrder(
    of verb: VerbDeclaration, _ binder: ArgumentBinder, at command: Command, isWhole: Bool
  ) {
    guard var state else { return }
    let scope = scope
    let arguments = WrittenArguments(binder) { Self.mayBeRecord($0, in: scope) }
    let settled = isWhole ? needs(of: verb, arguments) : verb.unconditionalNeeds
    for need in settled where !state.has.contains(need) {
      report(
        need.error(for: verb, at: command.verb.range, in: state), secondary: reasons(for: need))
      state.has.insert(need)
      if need == .dataset { state.parts.formUnion(DataPart.allCases) }
    }
    for effect in verb.effects {
      checkRows(effect, arguments, binder, at: command, &state)
      leave(effect, arguments, at: command, &state)
    }
    // Adapters of another base are of no use.
    if verb.effects.contains(where: \.isAnotherModel) { state.setAside = [] }
    self.state = state
  }

  private func needs(
    of verb: VerbDeclaration, _ arguments: WrittenArguments
  ) -> [Need] {
    let needs = verb.needs(for: arguments)
    // A missing model explains everything else that is missing.
    let isBare = needs.contains(.model) && state?.has.contains(.model) == false
    return isBare ? [.model] : needs
  }

  private static func mayBeRecord(_ expression: Expression, in scope: Scope) -> Bool {
    guard case .name(let name) = expression.kind else { return !expression.isPlainText }
    guard let type = scope[name]?.type else { return false }
    if case .record = type { return true }
    return type == .unknown
  }

  /// What a command that could not be read would have given: its absence is no second mistake.
  mutating func leave(broken verb: VerbDeclaration) {
    for effect in verb.effects {
      switch effect {
      case .gives(let gift, .always): state?.has.insert(gift)
      case .givesRows: state?.parts.formUnion(DataPart.allCases)
      default: break
      }
    }
  }

  private func reasons(for need: Need) -> [Label] {
    guard need == .adapter, let model = origins[.model] else { return [] }
    return [Label(model.source, model.range, "all weights of this model are frozen")]
  }

  private mutating func checkRows(
    _ effect: Effect, _ arguments: WrittenArguments, _ binder: ArgumentBinder,
    at command: Command, _ state: inout SessionShape
  ) {
    var (part, range): (DataPart?, SourceRange) = (nil, command.verb.range)
    switch effect {
    case .needsRows(let needed, let condition) where condition.holds(for: arguments):
      part = needed
      if case .given(let argument) = condition, let value = binder.value(of: argument.name) {
        range = value.range
      }
    case .needsRowsNamed(let argument, let condition) where condition.holds(for: arguments):
      part = argument.defaultValue?.text.flatMap { DataPart(rawValue: $0) }
      if let expression = binder.value(of: argument.name) {
        guard case .name(let name) = expression.kind else { return }
        (part, range) = (DataPart(rawValue: name), expression.range)
      }
    default: return
    }
    guard let part, !state.parts.contains(part), state.has.contains(.dataset) else { return }
    report(
      Need.missingPart(part, at: range),
      secondary: origins[.dataset].map { [Label($0.source, $0.range, "not split")] } ?? [])
    state.parts.insert(part)
  }

  private mutating func leave(
    _ effect: Effect, _ arguments: WrittenArguments, at command: Command,
    _ state: inout SessionShape
  ) {
    switch effect {
    case .gives(let gift, let condition) where condition.holds(for: arguments):
      state.has.insert(gift)
      state.setAside.remove(gift)
      origins[gift] = Label(source, command.range)
    case .removes(let need, let condition) where condition.holds(for: arguments):
      if state.has.remove(need) != nil { state.setAside.insert(need) }
    case .removesRows: state.parts = []
    case .givesRows(let part, let condition) where condition.holds(for: arguments):
      state.parts.insert(part)
      origins[.dataset] = Label(source, command.range)
    default: break
    }
  }
}
