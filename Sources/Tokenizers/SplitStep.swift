/// A step that cuts text into words: a `pre_tokenizer` of a tokenizer.json. No merge crosses a cut.
package enum SplitStep: Equatable, Sendable {
  /// A rule that is written by hand.
  case rule(PreTokenizer)
  /// Where a text stands.
  case literal([UInt8], SplitBehavior)
  /// Numbers, one by one or as far as they go.
  case digits(SplitBehavior)
  case metaspace(Metaspace)
  /// A space before text that does not begin with one.
  case prefixSpace
  /// Before characters that stand for a space, but not after one, and not after those of `joiners`:
  /// where no token reaches across, so that the cuts change nothing but the time that it takes.
  case betweenTokens(joiners: Set<UInt32>)

  /// Calls `body` with the words of `text`, valid UTF-8, in order.
  func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, at place: TextPlace,
    _ body: (UnsafeBufferPointer<UInt8>, TextPlace) -> Void
  ) {
    func give(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      body(
        UnsafeBufferPointer(rebasing: text[range]), range.lowerBound == 0 ? place : .inside)
    }
    switch self {
    case .rule(let rule): rule.forEachWord(in: text) { body($0, place) }
    case .literal(let pattern, let behavior):
      behavior.forEachPart(of: text.count, matches: Self.matches(of: pattern, in: text), give)
    case .digits(let behavior):
      let matches = Self.characters(of: text) { CharacterClass($0) == .number }
      behavior.forEachPart(of: text.count, matches: matches, give)
    case .metaspace(let metaspace):
      let spaced = metaspace.applied(to: text, at: place)
      spaced.withUnsafeBufferPointer { buffer in
        guard metaspace.splits else { return body(buffer, place) }
        SplitStep.literal(metaspace.replacement, .mergedWithNext)
          .forEachPart(of: buffer, at: place, body)
      }
    case .prefixSpace:
      guard text.first != UInt8(ascii: " ") else { return body(text, place) }
      ([UInt8(ascii: " ")] + text).withUnsafeBufferPointer { body($0, place) }
    case .betweenTokens(let joiners): Self.cutsBetweenTokens(text, joiners, give)
    }
  }

  private static func matches(
    of pattern: [UInt8], in text: UnsafeBufferPointer<UInt8>
  ) -> [Range<Int>] {
    guard let first = pattern.first else { return [] }
    var matches: [Range<Int>] = []
    var position = 0
    while position + pattern.count <= text.count {
      if text[position] == first, pattern.indices.allSatisfy({ text[position + $0] == pattern[$0] })
      {
        matches.append(position..<position + pattern.count)
        position += pattern.count
      } else {
        position += 1
      }
    }
    return matches
  }

  private static func characters(
    of text: UnsafeBufferPointer<UInt8>, where isWanted: (Unicode.Scalar) -> Bool
  ) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var position = 0
    while position < text.count {
      let next = UTF8Scalars.scalar(at: position, in: text)
      if isWanted(next.scalar) { matches.append(position..<position + next.length) }
      position += next.length
    }
    return matches
  }

  private static func cutsBetweenTokens(
    _ text: UnsafeBufferPointer<UInt8>, _ joiners: Set<UInt32>, _ give: (Range<Int>) -> Void
  ) {
    let space = Metaspace.standard
    var start = 0
    var position = 1
    while position + space.count <= text.count {
      guard text[position] == space[0], text[position + 1] == space[1],
        text[position + 2] == space[2]
      else {
        position += 1
        continue
      }
      let before = UTF8Scalars.scalar(before: position, in: text).scalar
      if before != "\u{2581}", joiners.isEmpty || !joiners.contains(before.value) {
        give(start..<position)
        start = position
      }
      position += space.count
    }
    give(start..<text.count)
  }
}

/// What becomes of the matches of a pattern: the `behavior` of a split.
package enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Matches that touch are one word.
  case contiguous = "Contiguous"

  /// Calls `body` with the parts of `0..<count` that the matches, in order and without overlap, cut.
  func forEachPart(of count: Int, matches: [Range<Int>], _ body: (Range<Int>) -> Void) {
    var start = 0
    // The end of the match that was given out last, or none.
    var run: Range<Int>?
    for match in matches {
      switch self {
      case .removed:
        body(start..<match.lowerBound)
      case .isolated:
        body(start..<match.lowerBound)
        body(match)
      case .mergedWithPrevious:
        body(start..<match.upperBound)
      case .mergedWithNext:
        body(start..<match.lowerBound)
        start = match.lowerBound
        continue
      case .contiguous:
        if let before = run, before.upperBound == match.lowerBound {
          run = before.lowerBound..<match.upperBound
        } else {
          if let before = run { body(before) }
          body(start..<match.lowerBound)
          run = match
        }
      }
      start = match.upperBound
    }
    if let run { body(run) }
    body(start..<count)
  }
}

/// The steps of a tokenizer between its text and its words.
package struct TextPipeline: Equatable, Sendable {
  package var normalizers: [Normalizer] = []
  package var splits: [SplitStep] = []

  package init(normalizers: [Normalizer] = [], splits: [SplitStep] = []) {
    self.normalizers = normalizers
    self.splits = splits
  }

  /// Whether text that stands there gets a space before it which nobody wrote.
  package func prefixes(at place: TextPlace) -> Bool {
    if place == .inside { return false }
    let isPrepended = normalizers.contains { if case .prepend = $0 { true } else { false } }
    return isPrepended
      || splits.contains {
        guard case .metaspace(let metaspace) = $0 else { return false }
        return metaspace.prefix == .always || metaspace.prefix == .first && place == .start
      }
  }

  func normalized(_ text: UnsafeBufferPointer<UInt8>, isOpening: Bool) -> [UInt8] {
    normalizers.reduce(Array(text)) { $1.applied(to: $0, isOpening: isOpening) }
  }

  /// Calls `body` with each word.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, at place: TextPlace,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    Self.split(text, place, splits[...], body)
  }

  private static func split(
    _ text: UnsafeBufferPointer<UInt8>, _ place: TextPlace, _ steps: ArraySlice<SplitStep>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let step = steps.first else { return body(text) }
    if steps.count == 1, case .rule(let rule) = step { return rule.forEachWord(in: text, body) }
    step.forEachPart(of: text, at: place) { part, place in
      split(part, place, steps.dropFirst(), body)
    }
  }
}
