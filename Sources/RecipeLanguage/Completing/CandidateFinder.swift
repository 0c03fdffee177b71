import Diagnostics

/// Lists what may stand at a place.
struct CandidateFinder {
  typealias Candidate = Completion.Candidate

  let source: SourceText
  let context: CheckContext
  /// The tokens before the word at the cursor.
  let tokens: [Token]

  func candidates(at place: CompletionPlace) -> [Candidate] {
    if place.last == .dot { return fields }
    let level = place.level
    if place.last == .assign {
      return commands + keywords.filter { $0.text == "for" } + namesBefore + functions
    }
    if level.kind == .statements, level.startsOperation {
      return commands + keywords + names + functions
    }
    if level.startsOperation { return commands + names + functions }
    if level.hasValue { return [] }
    if level.kind == .record, level.argumentName == nil { return [] }
    if level.kind == .call, level.argumentName == "by" { return columns(of: place.subject) }
    guard let verb = place.verb else { return names + functions + valueWords }
    if level.kind == .list || level.argumentName != nil {
      return place.argument?.type.namesColumns == true
        ? columns(of: place.subject) : values(of: place.argument)
    }
    let unused = verb.arguments.filter { declaration in
      let isFilled = verb.positional.prefix(level.positionalCount).contains {
        $0.name == declaration.name
      }
      return !declaration.isPositional && !isFilled && !level.given.contains(declaration.name)
    }
    let positional = place.argument.map { values(of: $0) } ?? []
    return (positional + unused.map(Self.candidate)).withoutRepetition
  }

  // MARK: Kinds

  private var commands: [Candidate] {
    context.verbs.all.map { verb in
      Candidate(
        text: verb.name, kind: .command, suffix: verb.arguments.isEmpty ? "" : " ",
        help: verb.summary)
    }
  }

  private var keywords: [Candidate] {
    ["let", "for", "assert", "expect", "param", "include", "recipe"].map {
      Candidate(
        text: $0, kind: .keyword, suffix: " ", help: Keyword.usage(of: $0)?.text ?? "")
    }
  }

  private var functions: [Candidate] {
    PureFunction.allCases.map { function in
      Candidate(
        text: function.rawValue, kind: .function, suffix: "(", help: function.usage.summary)
    }
  }

  private var names: [Candidate] {
    types.map { Candidate(text: $0.name, kind: .variable, suffix: "", help: $0.type.name) }
  }

  /// Names without the one that stands before the `=` at the cursor.
  private var namesBefore: [Candidate] {
    let bound = tokens.dropLast().last.map { source.text(in: $0.range) }
    return names.filter { $0.text != bound }
  }

  private var valueWords: [Candidate] {
    ["true", "false", "none"].map { Candidate(text: $0, kind: .word, suffix: "", help: "") }
  }

  private static func candidate(_ declaration: ArgumentDeclaration) -> Candidate {
    let standard = declaration.defaultValue.map { " (\($0.source))" } ?? ""
    return Candidate(
      text: declaration.name, kind: .argument, suffix: ": ", help: declaration.help + standard)
  }

  private func values(of declaration: ArgumentDeclaration?) -> [Candidate] {
    let words = declaration?.type.words ?? []
    return words.map { Candidate(text: $0, kind: .word, suffix: "", help: "") }
      + (declaration.map(standard) ?? []) + names
      + (declaration?.type.isComputed == true ? functions : [])
  }

  /// The default of an argument that takes no words, with what else it could be.
  private func standard(of declaration: ArgumentDeclaration) -> [Candidate] {
    guard declaration.type.words.isEmpty, let value = declaration.defaultValue else { return [] }
    return [
      Candidate(
        text: value.source, kind: .word, suffix: "",
        help: "the default; " + declaration.type.description)
    ]
  }

  // MARK: Names and fields

  private var types: [(name: String, type: StaticType)] {
    let tree = Parser.parse(source, verbs: context.verbs)
    return Checker.names(in: tree, context: context)
  }

  /// The columns of a table that has a name, with those of its rows' figures.
  private func columns(of name: String?) -> [Candidate] {
    let type = types.first { $0.name == name }?.type
    return (type?.fields ?? []).map {
      Candidate(text: $0.name, kind: .field, suffix: "", help: $0.type.name)
    }
  }

  /// The fields of the path `name.field.` before the cursor, or of a command in parentheses.
  private var fields: [Candidate] {
    var path: [String] = []
    var position = tokens.count - 1
    while position > 0, tokens[position].kind == .dot, tokens[position - 1].kind == .name {
      path.insert(source.text(in: tokens[position - 1].range), at: 0)
      position -= 2
    }
    var type: StaticType?
    if let first = path.first {
      type = types.first { $0.name == first }?.type
    } else if position > 0, tokens[position - 1].kind == .rightParenthesis {
      type = verbInParentheses(endingAt: position - 1).map { StaticType(of: $0) }
    }
    for name in path.dropFirst() { type = type?.fields.first { $0.name == name }?.type }
    return (type?.fields ?? []).map {
      Candidate(text: $0.name, kind: .field, suffix: "", help: $0.type.name)
    }
  }

  private func verbInParentheses(endingAt closing: Int) -> VerbDeclaration? {
    var open = 0
    for position in stride(from: closing, through: 0, by: -1) {
      if tokens[position].kind.closesBracket { open += 1 }
      if tokens[position].kind.opensBracket { open -= 1 }
      if open == 0 {
        return context.verbs.verb(named: source.text(in: tokens[position + 1].range))
      }
    }
    return nil
  }
}

extension ArgumentType {
  /// Whether names of fields stand here.
  fileprivate var namesColumns: Bool {
    switch self {
    case .column: true
    case .list(let element): element.namesColumns
    default: false
    }
  }

  /// Whether the value is often the result of a calculation.
  fileprivate var isComputed: Bool {
    switch self {
    case .int, .float, .any: true
    case .either(let types): types.contains(where: \.isComputed)
    default: false
    }
  }
}

extension [Completion.Candidate] {
  fileprivate var withoutRepetition: [Completion.Candidate] {
    var seen: Set<String> = []
    return filter { seen.insert($0.text).inserted }
  }
}
