import Diagnostics

/// Where the cursor stands in the grammar, found from the tokens before it alone: the text there is
/// seldom whole enough to be parsed.
struct CompletionPlace {
  /// What one level of brackets holds.
  struct Level {
    enum Kind {
      case statements, parentheses, list, record, call
    }

    var kind: Kind
    var verb: VerbDeclaration?
    var given: Set<String> = []
    /// The argument whose value is being written.
    var argumentName: String?
    var positionalCount = 0
    /// Whether a command may start here.
    var startsOperation = true
    var isLoop = false
    /// Whether a value stands before the cursor, so that only `,` or an operator can follow.
    var hasValue = false
  }

  private(set) var levels = [Level(kind: .statements)]
  private(set) var last: TokenKind?

  private let verbs: VerbCatalog

  init(before tokens: [Token], in source: SourceText, verbs: VerbCatalog) {
    self.verbs = verbs
    var previous: Token?
    for token in tokens {
      let text = token.kind == .name ? source.text(in: token.range) : ""
      take(token, text, previous: previous, in: source)
      if token.kind != .newline { previous = token }
    }
    last = previous?.kind
  }

  var level: Level { levels[levels.count - 1] }

  /// The command whose arguments are being written, also from inside a list.
  var verb: VerbDeclaration? {
    level.kind == .list ? levels.dropLast().last?.verb : level.verb
  }

  /// The argument whose value stands at the cursor.
  var argument: ArgumentDeclaration? {
    let holder = level.kind == .list ? levels.dropLast().last ?? level : level
    guard let verb = holder.verb else { return nil }
    if let name = holder.argumentName { return verb.argument(name) }
    let positional = verb.positional
    return holder.positionalCount < positional.count ? positional[holder.positionalCount] : nil
  }

  private mutating func change(_ body: (inout Level) -> Void) {
    body(&levels[levels.count - 1])
  }

  private mutating func take(
    _ token: Token, _ text: String, previous: Token?, in source: SourceText
  ) {
    switch token.kind {
    case .newline, .semicolon, .prose:
      let continues = token.kind == .newline && previous?.kind.continuesLine == true
      if level.kind == .statements, !continues {
        levels[levels.count - 1] = Level(kind: .statements)
      }
    case .leftBrace: levels.append(Level(kind: level.isLoop ? .statements : .record))
    case .leftBracket: levels.append(Level(kind: .list, startsOperation: false))
    case .leftParenthesis:
      let touches = previous?.range.upperBound == token.range.lowerBound
      let isCall = touches && previous?.kind == .name && level.hasValue
      levels.append(Level(kind: isCall ? .call : .parentheses, startsOperation: !isCall))
    case .rightBrace, .rightBracket, .rightParenthesis:
      if levels.count > 1 { levels.removeLast() }
      change { $0.hasValue = true }
    case .comma:
      change { level in
        if level.argumentName == nil { level.positionalCount += 1 }
        level.argumentName = nil
        level.hasValue = false
      }
    case .colon: takeColon(previous, in: source)
    case .assign: change { level in (level.startsOperation, level.hasValue) = (true, false) }
    case .name: takeName(text)
    default: change { $0.hasValue = !token.kind.continuesLine && token.kind != .dot }
    }
  }

  private mutating func takeColon(_ previous: Token?, in source: SourceText) {
    guard let previous, previous.kind == .name, level.verb != nil else { return }
    let name = source.text(in: previous.range)
    change { level in
      level.argumentName = name
      level.given.insert(name)
      level.hasValue = false
    }
  }

  private mutating func takeName(_ text: String) {
    let starts = level.startsOperation
    let found = verbs.verb(named: text)
    change { level in
      level.startsOperation = false
      if starts, text == "for" {
        level.isLoop = true
      } else if starts, let found {
        level.verb = found
      } else {
        level.hasValue = !Keyword.all.contains(text)
      }
    }
  }
}
