/// A step that cuts text into words: a `pre_tokenizer` of a tokenizer.json. No merge crosses a cut.
package enum SplitStep: Equatable, Sendable {
  /// A rule that is written by hand.
  case rule(PreTokenizer)
  /// Where a text stands.
  case literal([UInt8], SplitBehavior)
  /// Where a regular expression fits, or where it does not.
  case pattern(Pattern, SplitBehavior, isInverted: Bool)
  /// Numbers, one by one or as far as they go.
  case digits(SplitBehavior)
  /// Numbers in text of bytes that are written as characters, and in them each three digits of ASCII: what
  /// Falcon does after its bytes are characters, where parts of others are numbers too.
  case byteDigits
  case metaspace(Metaspace)
  /// Runs of line feeds, and what is between them.
  case newlines
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
    // A piece behind a cut is a text of its own to what comes after, only not the first one.
    func give(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      unsafe body(
        UnsafeBufferPointer(rebasing: text[range]), range.lowerBound == 0 ? place : .afterToken)
    }
    switch self {
    case .rule(let rule):
      unsafe rule.forEachWord(in: text) { word in
        unsafe body(word, word.baseAddress == text.baseAddress ? place : .afterToken)
      }
    case .literal(let pattern, let behavior):
      unsafe behavior.forEachPart(
        of: text.count, matches: Self.matches(of: pattern, in: text), give)
    case .pattern(let pattern, let behavior, let isInverted):
      unsafe behavior.forEachPart(
        of: text.count, matches: pattern.matches(in: text), isInverted: isInverted, give)
    case .newlines:
      let matches = unsafe Self.characters(of: text) { $0 == "\n" }
      SplitBehavior.contiguous.forEachPart(of: text.count, matches: matches, give)
    case .byteDigits: unsafe Self.cutsByteDigits(text, give)
    case .digits(let behavior):
      let matches = unsafe Self.characters(of: text) { CharacterClass($0) == .number }
      behavior.forEachPart(of: text.count, matches: matches, give)
    case .metaspace(let metaspace):
      let spaced = unsafe metaspace.applied(to: text, at: place)
      unsafe spaced.withUnsafeBufferPointer { buffer in
        guard metaspace.splits else { return unsafe body(buffer, place) }
        unsafe SplitStep.literal(metaspace.replacement, .mergedWithNext)
          .forEachPart(of: buffer, at: place, body)
      }
    case .prefixSpace:
      guard unsafe text.first != UInt8(ascii: " ") else { return unsafe body(text, place) }
      unsafe ([UInt8(ascii: " ")] + text).withUnsafeBufferPointer { unsafe body($0, place) }
    case .betweenTokens(let joiners): unsafe Self.cutsBetweenTokens(text, joiners, give)
    }
  }

  private static func matches(
    of pattern: [UInt8], in text: UnsafeBufferPointer<UInt8>
  ) -> [Range<Int>] {
    guard let first = pattern.first else { return [] }
    var matches: [Range<Int>] = []
    var position = 0
    while position + pattern.count <= text.count {
      if unsafe text[position] == first,
        pattern.indices.allSatisfy({ unsafe text[position + $0] == pattern[$0] })
      {
        matches.append(position..<position + pattern.count)
        position += pattern.count
      } else {
        position += 1
      }
    }
    return matches
  }

  private static func cutsByteDigits(
    _ text: UnsafeBufferPointer<UInt8>, _ give: (Range<Int>) -> Void
  ) {
    func isDigit(_ place: Int) -> Bool { unsafe 0x30...0x39 ~= text[place] }
    // The superscripts and fractions of Latin-1 stand for these bytes.
    let numbers: Set<UInt8> = [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]
    func isNumber(_ place: Int) -> Bool { unsafe isDigit(place) || numbers.contains(text[place]) }
    var (start, position) = (0, 0)
    while position < text.count {
      if position > start, isNumber(position) != isNumber(position - 1) {
        give(start..<position)
        start = position
      }
      if position + 3 <= text.count, isDigit(position), isDigit(position + 1), isDigit(position + 2)
      {
        give(start..<position)
        give(position..<position + 3)
        position += 3
        start = position
      } else {
        position += 1
      }
    }
    give(start..<text.count)
  }

  private static func characters(
    of text: UnsafeBufferPointer<UInt8>, where isWanted: (Unicode.Scalar) -> Bool
  ) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var position = 0
    while position < text.count {
      let next = unsafe UTF8Scalars.scalar(at: position, in: text)
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
      guard unsafe text[position] == space[0], unsafe text[position + 1] == space[1],
        unsafe text[position + 2] == space[2]
      else {
        position += 1
        continue
      }
      let before = unsafe UTF8Scalars.scalar(before: position, in: text).scalar
      if before != "\u{2581}", joiners.isEmpty || !joiners.contains(before.value) {
        give(start..<position)
        start = position
      }
      position += space.count
    }
    give(start..<text.count)
  }
}
