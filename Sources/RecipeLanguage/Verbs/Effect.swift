/// A part of the session's state.
package enum Need: String, Sendable, CaseIterable {
  case model, adapter, dataset
}

/// A part of a dataset.
package enum DataPart: String, Sendable, CaseIterable {
  case train, valid, test

  package static let words = allCases.map(\.rawValue)
}

/// Something that a verb asks of a session or does to it. Whoever must know that without running the verb
/// reads it here: the check of the order of commands, the session before a verb begins, and what tells
/// which values are stale. A verb's effects happen in their order.
package enum Effect: Sendable {
  /// The session must have it before the verb runs.
  case needs(Need, when: Condition = .always)
  /// Its result depends on it where there is one.
  case uses(Need)
  /// The session has a new one afterwards.
  case gives(Need, when: Condition = .always)
  /// The session has it no more.
  case removes(Need, when: Condition = .always)
  /// The session has another one afterwards, made of the one that it had.
  case changes(Need)
  /// This part of the dataset must have rows.
  case needsRows(DataPart, when: Condition)
  /// The part of the dataset that this argument names must have rows.
  case needsRowsNamed(by: ArgumentDeclaration, when: Condition = .always)
  /// The dataset is cut anew: no part has rows any more.
  case removesRows
  /// This part of the dataset has rows afterwards.
  case givesRows(DataPart, when: Condition = .always)
  /// Its value has figures by which runs are compared.
  case measures
}

extension Effect {
  /// Whether the base is another one afterwards.
  var isAnotherModel: Bool {
    switch self {
    case .gives(.model, _), .changes(.model): true
    default: false
    }
  }
}

/// When an effect happens, as far as the arguments tell.
package indirect enum Condition: Sendable {
  case always
  /// The argument is written out.
  case given(any DeclaredArgument)
  /// The argument is this word.
  case word(any DeclaredArgument, String)
  /// The argument is a record: a value of an earlier command.
  case record(any DeclaredArgument)
  case not(Condition)

  package func holds(for arguments: some ArgumentFacts) -> Bool {
    switch self {
    case .always: true
    case .given(let argument): arguments.isGiven(argument.name)
    case .word(let argument, let word): arguments.word(argument.name) == word
    case .record(let argument): arguments.isRecord(argument.name)
    case .not(let condition): !condition.holds(for: arguments)
    }
  }
}

/// What conditions ask of the arguments of a command, before it runs or while it does.
package protocol ArgumentFacts {
  func isGiven(_ name: String) -> Bool
  /// The bare word that stands for the argument.
  func word(_ name: String) -> String?
  func isRecord(_ name: String) -> Bool
}

extension VerbDeclaration {
  package func needs(for arguments: some ArgumentFacts) -> [Need] {
    effects.compactMap {
      if case .needs(let need, let condition) = $0, condition.holds(for: arguments) {
        need
      } else {
        nil
      }
    }
  }

  /// What every call needs, whatever its arguments are.
  var unconditionalNeeds: [Need] {
    effects.compactMap { if case .needs(let need, .always) = $0 { need } else { nil } }
  }

  /// What every call needs, but where its arguments bring it.
  package var needs: [Need] {
    effects.compactMap {
      switch $0 {
      case .needs(let need, .always), .needs(let need, .not): need
      default: nil
      }
    }
  }

  /// What its result depends on, besides its arguments.
  package func basis(for arguments: some ArgumentFacts) -> Set<Need> {
    var basis = Set(needs(for: arguments))
    for case .uses(let need) in effects { basis.insert(need) }
    return basis
  }

  /// What the session has anew after it.
  package func gifts(for arguments: some ArgumentFacts) -> Set<Need> {
    Set(
      effects.compactMap {
        if case .gives(let need, let condition) = $0, condition.holds(for: arguments) {
          need
        } else {
          nil
        }
      })
  }

  /// What the session has no more after it, unless it also gives a new one.
  package func removed(for arguments: some ArgumentFacts) -> Set<Need> {
    Set(
      effects.compactMap {
        if case .removes(let need, let condition) = $0, condition.holds(for: arguments) {
          need
        } else {
          nil
        }
      })
  }

  /// What is another one after it.
  package func replaced(for arguments: some ArgumentFacts) -> Set<Need> {
    var replaced = gifts(for: arguments).union(removed(for: arguments))
    for case .changes(let need) in effects { replaced.insert(need) }
    return replaced
  }

  package var measures: Bool {
    effects.contains { if case .measures = $0 { true } else { false } }
  }

  /// Whether it makes this part of the session from a file that it reads.
  package func reads(_ need: Need) -> Bool {
    let gives = effects.contains {
      if case .gives(need, .always) = $0 { true } else { false }
    }
    return gives && arguments.contains { $0.file == .input || $0.file == .model }
  }
}

/// The arguments of a command as they are written.
package struct WrittenArguments: ArgumentFacts {
  private let values: [String: Expression]
  private let isRecord: (Expression) -> Bool

  /// - Parameter isRecord: whether an expression may stand for a record.
  package init(
    _ command: Command, of verb: VerbDeclaration,
    isRecord: @escaping (Expression) -> Bool = { !$0.isPlainText }
  ) {
    self.init(ArgumentBinder(command, verb: verb), isRecord: isRecord)
  }

  init(
    _ binder: ArgumentBinder, isRecord: @escaping (Expression) -> Bool = { !$0.isPlainText }
  ) {
    values = Dictionary(binder.bound.map { ($0.declaration.name, $0.argument.value) }) {
      first, _ in first
    }
    self.isRecord = isRecord
  }

  package func isGiven(_ name: String) -> Bool { values[name] != nil }

  package func word(_ name: String) -> String? {
    if case .name(let word)? = values[name]?.kind { word } else { nil }
  }

  package func isRecord(_ name: String) -> Bool { values[name].map(isRecord) ?? false }
}

extension Expression {
  /// Whether it is text in quotes.
  package var isPlainText: Bool {
    switch kind {
    case .string, .text: true
    default: false
    }
  }
}
