/// A regular expression as a tree.
indirect enum PatternNode: Equatable, Sendable {
  case set(CharacterSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, ClosedRange<Int>, Repetition)
  /// What comes next, or with `isBehind` what came before, fits or not; no character is taken.
  case look(PatternNode, isBehind: Bool, isNegated: Bool)
  /// Once it fits it is not tried in another way.
  case atomic(PatternNode)
  case boundary(Boundary)

  enum Repetition: Equatable, Sendable {
    case greedy, lazy, possessive
  }

  enum Boundary: Equatable, Sendable {
    case textStart, textEnd, lineStart, lineEnd
    /// The end, or before a line end that is the last character.
    case lastLineEnd
    case word, notWord
  }

  /// Whether a repetition can share the same characters with one in it in many ways.
  var hasNestedRepetition: Bool {
    switch self {
    case .repeated(.set, _, _), .set, .boundary: false
    case .repeated(let node, _, _): node.hasOpenRepetition || node.hasNestedRepetition
    case .sequence(let nodes), .choice(let nodes): nodes.contains(where: \.hasNestedRepetition)
    case .look(let node, _, _), .atomic(let node): node.hasNestedRepetition
    }
  }

  private var hasOpenRepetition: Bool {
    switch self {
    case .repeated(let node, let range, _):
      range.lowerBound < range.upperBound || node.hasOpenRepetition
    case .set, .boundary, .look: false
    case .sequence(let nodes), .choice(let nodes): nodes.contains(where: \.hasOpenRepetition)
    case .atomic(let node): node.hasOpenRepetition
    }
  }

  /// How many characters it takes at least.
  var shortest: Int {
    switch self {
    case .set: 1
    case .sequence(let nodes): nodes.reduce(0) { $0 + $1.shortest }
    case .choice(let nodes): nodes.map(\.shortest).min() ?? 0
    case .repeated(let node, let range, _): node.shortest * range.lowerBound
    case .look, .boundary: 0
    case .atomic(let node): node.shortest
    }
  }
}
