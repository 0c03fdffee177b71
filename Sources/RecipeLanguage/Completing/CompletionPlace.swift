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
    /// Texts in quotes that stand for arguments, by the names of those.
    var texts: [String: String] = [:]
    /// The name that stands first: of a value whose fields may be meant further on.
    var subject: String?
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
    guard let verb = holder.verb else { return nil }
    return argument(of: verb, at: holder)
  }

  /// The level that has the command: the one around a list or a record, else the innermost.
  private var holder: Level {
    level.kind == .list || level.kind == .record ? levels.dropLast().last ?? level : level
  }

  private func argument(of verb: VerbDeclaration, at level: Level) -> ArgumentDeclaration? {
    if let name = level.argumentName { return verb.argument(name) }
    let positional = verb.positional
    return level.positionalCount < positional.count ? positional[level.positionalCount] : nil
  }

  /// The name that stands first in the command or the call.
  var subject: String? { holder.subject }

  /// What is being written, for those who know more of it than the language does.
  var value: Completion.ValuePlace? {
    guard let verb = holder.verb, let argument else { return nil }
    let isRecord = level.kind == .record
    return Completion.ValuePlace(
      verb: verb.name, argument: argument.name,
      part: !isRecord ? .whole : level.argumentName.map { .value(of: $0) } ?? .key,
      texts: holder.texts)
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
    case .string: takeText(source.text(in: token.range))
    default: change { $0.hasValue = !token.kind.continuesLine && token.kind != .dot }
    }
  }

  private mutating func takeColon(_ previous: Token?, in source: SourceText) {
    let hasNames = level.verb != nil || level.kind == .record || level.kind == .call
    guard let previous, previous.kind == .name, hasNames else { return }
    let name = source.text(in: previous.range)
    change { level in
      level.argumentName = name
      level.given.insert(name)
      level.hasValue = false
    }
  }

  /// - Parameter quoted: with its quotes.
  private mutating func takeText(_ quoted: String) {
    let name = level.verb.flatMap { argument(of: $0, at: level) }?.name
    change { level in
      if let name { level.texts[name] = String(quoted.dropFirst().dropLast()) }
      level.hasValue = true
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
        if level.argumentName == nil, level.positionalCount == 0, level.subject == nil {
          level.subject = text
        }
      }
    }
  }
}
