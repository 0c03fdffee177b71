/// A regular expression as instructions for `PatternMatcher`.
struct PatternProgram: Sendable {
  enum Operation: UInt8 {
    /// One character of set `a`.
    case set
    /// From `b` to `c` characters of set `a`; greedy, lazy, or never given back.
    case run, lazyRun, possessiveRun
    /// On at `a`.
    case jump
    /// On at `a`, and if that fails at `b`.
    case split
    /// On at the first place of list `a` that the next byte allows, and if that fails at the others.
    case alternatives
    /// What follows up to `accept` fits here (`b` 1: does not), and on at `a`.
    case ahead
    /// The character before is of set `a` (`b` 1: is not).
    case behind
    /// What follows up to `accept`, in one way only, and on at `a`.
    case atomic
    /// Boundary `a` of the list.
    case boundary
    case accept
  }

  struct Instruction {
    var operation: Operation
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
  }

  struct Alternative {
    let start: Int
    let first: ByteSet
  }

  private(set) var code: [Instruction] = []
  private(set) var sets: [CharacterSet] = []
  private(set) var lists: [[Alternative]] = []
  private(set) var boundaries: [PatternNode.Boundary] = []
  /// The bytes that a match can begin with.
  let first: ByteSet

  private let most: Int

  /// - Parameter most: instructions; a longer program is refused.
  init(_ node: PatternNode, most: Int) throws(TokenizerError) {
    self.most = most
    first = ByteSet(startsOf: node)
    try add(node)
    emit(.accept)
  }

  @discardableResult
  private mutating func emit(
    _ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0
  ) -> Int {
    code.append(
      Instruction(
        operation: operation, a: Int32(clamping: a), b: Int32(clamping: b), c: Int32(clamping: c)))
    return code.count - 1
  }

  private mutating func index(of set: CharacterSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    return sets.count - 1
  }

  private mutating func add(_ node: PatternNode) throws(TokenizerError) {
    guard code.count < most else {
      throw TokenizerError(isUnsupported: true, "too long a pattern")
    }
    switch node {
    case .set(let set): emit(.set, index(of: set))
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .choice(let nodes): try addChoice(nodes)
    case .repeated(let node, let range, let kind): try addRepetition(node, range, kind)
    case .look(.set(let set), true, let isNegated):
      emit(.behind, index(of: set), isNegated ? 1 : 0)
    case .look(let node, _, let isNegated): try addInner(.ahead, node, isNegated ? 1 : 0)
    case .atomic(let node): try addInner(.atomic, node, 0)
    case .boundary(let boundary):
      boundaries.append(boundary)
      emit(.boundary, boundaries.count - 1)
    }
  }

  private mutating func addInner(
    _ operation: Operation, _ node: PatternNode, _ b: Int
  ) throws(TokenizerError) {
    guard !node.hasNestedRepetition else {
      throw TokenizerError(
        isUnsupported: true, "a repetition of repetitions in a look around or an atomic group")
    }
    let start = emit(operation, 0, b)
    try add(node)
    emit(.accept)
    code[start].a = Int32(clamping: code.count)
  }

  private mutating func addChoice(_ nodes: [PatternNode]) throws(TokenizerError) {
    let list = lists.count
    lists.append([])
    emit(.alternatives, list)
    var alternatives: [Alternative] = []
    var jumps: [Int] = []
    for node in nodes {
      alternatives.append(Alternative(start: code.count, first: ByteSet(startsOf: node)))
      try add(node)
      jumps.append(emit(.jump))
    }
    for jump in jumps { code[jump].a = Int32(clamping: code.count) }
    lists[list] = alternatives
  }

  private mutating func addRepetition(
    _ node: PatternNode, _ range: ClosedRange<Int>, _ kind: PatternNode.Repetition
  ) throws(TokenizerError) {
    if case .set(let set) = node {
      let operation: Operation =
        switch kind {
        case .greedy: .run
        case .lazy: .lazyRun
        case .possessive: .possessiveRun
        }
      emit(operation, index(of: set), range.lowerBound, range.upperBound)
      return
    }
    if kind == .possessive { return try addInner(.atomic, .repeated(node, range, .greedy), 0) }
    for _ in 0..<range.lowerBound { try add(node) }
    func split() -> Int { emit(.split) }
    func aim(_ split: Int, at body: Int, else end: Int) {
      code[split].a = Int32(clamping: kind == .lazy ? end : body)
      code[split].b = Int32(clamping: kind == .lazy ? body : end)
    }
    if range.upperBound == Int.max {
      let start = split()
      try add(node)
      emit(.jump, start)
      aim(start, at: start + 1, else: code.count)
      return
    }
    var splits: [Int] = []
    for _ in range.lowerBound..<range.upperBound {
      splits.append(split())
      try add(node)
    }
    for place in splits { aim(place, at: place + 1, else: code.count) }
  }
}

/// Which bytes something may begin with.
struct ByteSet: Equatable, Sendable {
  private var words: (UInt64, UInt64) = (0, 0)
  /// Whether any byte of a character beyond ASCII is one.
  private var hasOthers = false
  /// Whether nothing at all, or the end of the text, may be there.
  private(set) var mayBeEmpty = false

  static func == (left: ByteSet, right: ByteSet) -> Bool {
    left.words == right.words && left.hasOthers == right.hasOthers
      && left.mayBeEmpty == right.mayBeEmpty
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    if mayBeEmpty { return true }
    if byte >= 0x80 { return hasOthers }
    return (byte < 64 ? words.0 >> UInt64(byte) : words.1 >> UInt64(byte & 63)) & 1 == 1
  }

  init(startsOf node: PatternNode) {
    switch node {
    case .set(let set):
      for byte in 0..<128 as Range<UInt8> where set.contains(ascii: byte) {
        if byte < 64 { words.0 |= 1 << UInt64(byte) } else { words.1 |= 1 << UInt64(byte - 64) }
      }
      hasOthers = true
    case .sequence(let nodes):
      mayBeEmpty = true
      for node in nodes where mayBeEmpty {
        mayBeEmpty = false
        formUnion(ByteSet(startsOf: node))
      }
    case .choice(let nodes): for node in nodes { formUnion(ByteSet(startsOf: node)) }
    case .repeated(let node, let range, _):
      self = ByteSet(startsOf: node)
      if range.lowerBound == 0 { mayBeEmpty = true }
    case .atomic(let node): self = ByteSet(startsOf: node)
    case .look, .boundary: mayBeEmpty = true
    }
  }

  private mutating func formUnion(_ other: ByteSet) {
    words.0 |= other.words.0
    words.1 |= other.words.1
    hasOthers = hasOthers || other.hasOthers
    mayBeEmpty = mayBeEmpty || other.mayBeEmpty
  }
}
