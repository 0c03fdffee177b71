import Diagnostics

/// What may stand at a place of a text that is being typed.
package struct Completion: Sendable {
  package struct Candidate: Sendable, Equatable {
    package enum Kind: Sendable {
      case command, keyword, argument, word, variable, field, function, sessionCommand
    }

    package let text: String
    package let kind: Kind
    /// What follows it: `: ` behind an argument's name, a space behind a command.
    package let suffix: String
    /// One line about it; may be empty.
    package let help: String
  }

  /// Text in quotes where a file, a folder or a model is named: the caller lists those.
  package struct PathContext: Sendable, Equatable {
    /// What stands between the quote and the cursor.
    package let prefix: String
    /// Whether it names a model, which may be an alias.
    package let isModel: Bool
  }

  /// What of a command is being written. The session at hand may know what fits there: its adapters, the
  /// columns of a file.
  package struct ValuePlace: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
      case whole, key
      case value(of: String)
    }

    package let verb: String
    package let argument: String
    /// Of a record in the argument's place, what.
    package let part: Part
    /// Texts that other arguments were given before, by the names of those.
    package let texts: [String: String]
  }

  /// The bytes before the cursor that a candidate replaces.
  package let range: SourceRange
  package let candidates: [Candidate]
  package let path: PathContext?
  package var value: ValuePlace?
  /// Whether the cursor stands behind an opening quote.
  package var isQuoted = false

  /// The candidates at a byte offset, sorted as they should be shown.
  ///
  /// - Parameter sessionCommands: names without `:` and their help, for lines that start with one.
  package static func at(
    _ offset: Int, in text: String, context: CheckContext,
    sessionCommands: [(name: String, help: String)] = []
  ) -> Completion {
    let bytes = Array(text.utf8)
    let offset = min(max(offset, 0), bytes.count)
    let source = SourceText(name: "input", bytes: Array(bytes[..<offset]))
    if let completion = sessionLine(source, sessionCommands, verbs: context.verbs) {
      return completion
    }
    let tokens = Lexer.tokens(of: source, verbs: context.verbs).tokens.filter { !$0.kind.isTrivia }
      .dropLast()
    if let quoted = tokens.last, quoted.kind == .unknown,
      source.bytes[quoted.range.lowerBound] == 0x22
    {
      return insideQuotes(quoted, Array(tokens.dropLast()), source, context.verbs)
    }
    var before = Array(tokens)
    var range = SourceRange(at: offset)
    if let last = before.last, last.kind == .name, last.range.upperBound == offset {
      range = last.range
      before.removeLast()
    }
    let prefix = source.text(in: range)
    let place = CompletionPlace(before: before, in: source, verbs: context.verbs)
    let finder = CandidateFinder(source: source, context: context, tokens: before)
    let candidates = finder.candidates(at: place).filter {
      $0.text.hasPrefix(prefix) && ($0.text != prefix || !$0.suffix.isEmpty)
    }
    return Completion(
      range: range, candidates: candidates, path: nil,
      value: place.level.hasValue ? nil : place.value)
  }

  /// `:pl`, `?lo`, `??lo`
  private static func sessionLine(
    _ source: SourceText, _ commands: [(name: String, help: String)], verbs: VerbCatalog
  ) -> Completion? {
    guard let first = source.bytes.first, first == 0x3A || first == 0x3F else { return nil }
    let marks = source.bytes.prefix { $0 == first }.count
    let range = SourceRange(marks, source.bytes.count)
    let prefix = source.text(in: range)
    guard !prefix.contains(" ") else {
      return Completion(range: SourceRange(at: source.bytes.count), candidates: [], path: nil)
    }
    let all =
      first == 0x3A
      ? commands.map {
        Candidate(text: $0.name, kind: .sessionCommand, suffix: " ", help: $0.help)
      }
      : verbs.all.map {
        Candidate(text: $0.name, kind: .command, suffix: "", help: $0.summary)
      }
    return Completion(
      range: range, candidates: all.filter { $0.text.hasPrefix(prefix) }, path: nil)
  }

  private static func insideQuotes(
    _ quoted: Token, _ before: [Token], _ source: SourceText, _ verbs: VerbCatalog
  ) -> Completion {
    let range = SourceRange(quoted.range.lowerBound + 1, quoted.range.upperBound)
    let place = CompletionPlace(before: before, in: source, verbs: verbs)
    let isInclude = before.last.map { source.text(in: $0.range) } == "include"
    let argument = place.argument
    let takesPath = argument?.type.takesPath == true || isInclude
    let isModel = argument?.file == .model
    let path = PathContext(prefix: source.text(in: range), isModel: isModel)
    return Completion(
      range: range, candidates: [], path: takesPath ? path : nil, value: place.value,
      isQuoted: true)
  }
}

extension ArgumentType {
  fileprivate var takesPath: Bool {
    switch self {
    case .path: true
    case .either(let types): types.contains(where: \.takesPath)
    default: false
    }
  }
}
