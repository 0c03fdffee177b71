/// What becomes of the matches of a pattern: the `behavior` of a split.
package enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Matches that touch are one word.
  case contiguous = "Contiguous"

  /// Calls `body` with the parts of `0..<count` that the matches, in order and without overlap, cut.
  ///
  /// - Parameter isInverted: whether what is between matches counts as matches, and they do not.
  func forEachPart(
    of count: Int, matches: [Range<Int>], isInverted: Bool = false, _ body: (Range<Int>) -> Void
  ) {
    var start = 0
    if self == .isolated {
      for match in matches {
        if start < match.lowerBound { body(start..<match.lowerBound) }
        if !match.isEmpty { body(match) }
        start = match.upperBound
      }
      if start < count { body(start..<count) }
      return
    }
    var parts: [Part] = []
    for match in matches {
      if start < match.lowerBound {
        parts.append(Part(range: start..<match.lowerBound, isMatch: isInverted))
      }
      parts.append(Part(range: match, isMatch: !isInverted))
      start = match.upperBound
    }
    if start < count { parts.append(Part(range: start..<count, isMatch: isInverted)) }
    for range in merged(parts) where !range.isEmpty { body(range) }
  }

  private struct Part {
    let range: Range<Int>
    let isMatch: Bool
  }

  private func merged(_ parts: [Part]) -> [Range<Int>] {
    switch self {
    case .isolated: parts.map(\.range)
    case .removed: parts.filter { !$0.isMatch }.map(\.range)
    case .contiguous: joined(parts) { $0.isMatch == $1.isMatch }
    // Of matches that touch, one merges with what is beside them.
    case .mergedWithPrevious: joined(parts) { !$0.isMatch && $1.isMatch }
    case .mergedWithNext: joined(parts) { $0.isMatch && !$1.isMatch }
    }
  }

  /// The parts, with neighbours made one where `joins` says so.
  private func joined(_ parts: [Part], _ joins: (Part, Part) -> Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for (place, part) in parts.enumerated() {
      if place > 0, joins(parts[place - 1], part), let last = result.popLast() {
        result.append(last.lowerBound..<part.range.upperBound)
      } else {
        result.append(part.range)
      }
    }
    return result
  }
}
