import RecipeLanguage

/// How long a command will take, by its own first part, and how right that was.
package struct TimeEstimate {
  /// Shorter work is not worth a word.
  private static let shortest = 10.0

  private var promised: Double?
  private var last: Progress?

  package init() {}

  /// Reads how far the work is; gives the promise once it can be made.
  package mutating func read(_ progress: Progress) -> String? {
    last = progress
    guard promised == nil, let left = progress.secondsLeft,
      progress.seconds >= (progress.done > 1 ? 1 : 5), progress.done > 0
    else { return nil }
    let total = progress.seconds + left
    guard total > Self.shortest else { return nil }
    promised = total
    let share =
      progress.unit == "%"
      ? "\(progress.done)%"
      : progress.done == 1 ? String(progress.unit.dropLast()) : "\(progress.done) \(progress.unit)"
    return "this will take about \(Self.text(total)), by the first \(share)"
  }

  /// The promised time next to the real one; nil if nothing was promised or the work ended early.
  package func verdict(after seconds: Double) -> String? {
    guard let promised, let last, last.done >= last.total else { return nil }
    return "it took \(Self.text(seconds)); \(Self.text(promised)) were promised"
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 59.5 ? "\(Int(seconds.rounded())) s" : NumberText.duration(seconds)
  }
}
