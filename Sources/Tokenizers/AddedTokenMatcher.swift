/// Finds added tokens in text: the leftmost, and of several there the longest.
package struct AddedTokenMatcher: Sendable {
  /// Whose rules hold where the two libraries differ.
  package enum Rules: Sendable {
    /// Where markers are not looked for, they are as if they did not exist; white space is ASCII's.
    case llamaCpp
    /// Markers are found also where they are left as text, so that what overlaps them is not.
    case tokenizers
  }

  struct Match {
    /// The place of the token, with the white space that belongs to it.
    var range: Range<Int>
    var id: Int32
  }

  private let tokens: [AddedToken]
  private let index: PrefixIndex
  private let rules: Rules
  private let hasVisible: Bool

  /// - Parameter normalize: what becomes of a token's text before it is looked for.
  init(_ tokens: [AddedToken], rules: Rules, normalize: (String) -> [UInt8] = { Array($0.utf8) }) {
    self.tokens = tokens
    self.rules = rules
    index = PrefixIndex(
      tokens.enumerated().map { (normalize($1.text)[...], Int32(truncatingIfNeeded: $0)) })
    hasVisible = tokens.contains { !$0.isSpecial }
  }

  var isEmpty: Bool { tokens.isEmpty }

  /// Calls `body` with each stretch of text and each token, in order.
  ///
  /// - Parameter parseSpecial: whether markers count.
  func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool, _ body: (Range<Int>, Int32?) -> Void
  ) {
    var start = 0
    if parseSpecial || hasVisible {
      unsafe forEachMatch(in: text, parseSpecial: parseSpecial) { match in
        if start < match.range.lowerBound { body(start..<match.range.lowerBound, nil) }
        body(match.range, match.id)
        start = match.range.upperBound
      }
    }
    if start < text.count { body(start..<text.count, nil) }
  }

  private func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool, _ body: (Match) -> Void
  ) {
    var position = 0
    var end = 0
    while true {
      position = unsafe index.nextBeginning(in: text, from: position)
      guard position < text.count else { return }
      guard
        let found = unsafe index.longestPrefix(
          of: text, at: position,
          where: { parseSpecial || rules == .tokenizers || !tokens[Int($0)].isSpecial })
      else {
        position += 1
        continue
      }
      let token = tokens[Int(found.value)]
      var range = position..<position + found.length
      position = range.upperBound
      guard parseSpecial || !token.isSpecial, unsafe !token.isWord || Self.isWord(range, in: text)
      else {
        continue
      }
      if token.takesSpaceBefore {
        let start = unsafe max(startOfSpaces(before: range.lowerBound, in: text), end)
        range = min(start, range.lowerBound)..<range.upperBound
      }
      if token.takesSpaceAfter {
        range = unsafe range.lowerBound..<endOfSpaces(from: range.upperBound, in: text)
      }
      end = range.upperBound
      if rules == .llamaCpp { position = end }
      body(Match(range: range, id: token.id))
    }
  }

  // MARK: What stands beside a token

  private static func isWord(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    let before =
      unsafe range.lowerBound == 0 ? nil : UTF8Scalars.scalar(before: range.lowerBound, in: text)
    let after =
      unsafe range.upperBound == text.count
      ? nil : UTF8Scalars.scalar(at: range.upperBound, in: text)
    return ![before, after].contains { $0.map { CharacterClass.isWord($0.scalar) } ?? false }
  }

  private func startOfSpaces(before end: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = end
    while start > 0 {
      let last = unsafe UTF8Scalars.scalar(before: start, in: text)
      guard isSpace(last.scalar) else { break }
      start -= last.length
    }
    return start
  }

  private func endOfSpaces(from start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = start
    while end < text.count {
      let next = unsafe UTF8Scalars.scalar(at: end, in: text)
      guard isSpace(next.scalar) else { break }
      end += next.length
    }
    return end
  }

  private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    CharacterClass(scalar).isSpace && (rules == .tokenizers || scalar.isASCII)
  }
}
