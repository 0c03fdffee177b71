/// A half-open range of byte offsets in one source text.
package struct SourceRange: Hashable, Sendable {
  package let lowerBound: Int
  package let upperBound: Int

  /// A range from `lowerBound` up to, not including, `upperBound`; an upper bound below the lower
  /// one gives the empty range at `lowerBound`.
  package init(_ lowerBound: Int, _ upperBound: Int) {
    self.lowerBound = lowerBound
    self.upperBound = max(lowerBound, upperBound)
  }

  /// The empty range at an offset.
  package init(at offset: Int) {
    self.init(offset, offset)
  }

  package var isEmpty: Bool { lowerBound == upperBound }

  package var count: Int { upperBound - lowerBound }

  /// The smallest range that holds both.
  package func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(lowerBound, other.lowerBound), max(upperBound, other.upperBound))
  }

  /// Whether an offset lies inside, or at the end of the range: where a cursor touches it.
  package func touches(_ offset: Int) -> Bool {
    lowerBound <= offset && offset <= upperBound
  }
}
