import RecipeLanguage

/// Maps values to `count` positions.
struct ChartScale: Equatable {
  let range: ClosedRange<Double>
  let count: Int

  /// From 0 to count − 1; the middle when the range is a single value.
  func position(_ value: Double) -> Int {
    let last = Double(count - 1)
    let span = range.upperBound - range.lowerBound
    let share = span > 0 && span.isFinite ? (value - range.lowerBound) / span : 0.5
    return Int((min(1, max(0, share)) * last).rounded())
  }

  /// Positions from the top down.
  func flipped(_ value: Double) -> Int {
    let span = range.upperBound - range.lowerBound
    return span > 0 ? count - 1 - position(value) : position(value)
  }

  /// A number at the end of an axis: as it is where that is short.
  static func label(_ value: Double) -> String {
    let text = NumberText.shortest(value)
    return text.count <= 9 ? text : NumberText.significant(value)
  }
}
