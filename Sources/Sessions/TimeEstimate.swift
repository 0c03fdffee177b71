import RecipeLanguage

/// How long a command will take, by its own first part, and how right that was.
package struct TimeEstimate {
  /// Shorter work is not worth a word.
  private static let shortest = 10.0

  /// The share of the promised time that may be left at the last step of work that a budget ends.
  private static let inaccuracy = 0.02

  private var promised: Double?
  private var last: Progress?

  package init() {}

  /// Seconds that so many parts must have taken to promise by them: the first one also warms up.
  private static func patience(after parts: Int) -> Double {
    switch parts {
    case 1: 10
    case 2: 5
    default: 2
    }
  }

  /// Reads how far the work is; gives the promise once it can be made.
  package mutating func read(_ progress: Progress) -> String? {
    last = progress
    let done = progress.done - progress.before
    guard promised == nil, let left = progress.secondsLeft, done > 0,
      progress.seconds >= Self.patience(after: done)
    else { return nil }
    let total = progress.seconds + left
    guard total > Self.shortest else { return nil }
    promised = total
    let share =
      progress.unit == "%"
      ? "\(progress.done)%"
      : done == 1 ? String(progress.unit.dropLast()) : "\(done) \(progress.unit)"
    let bound = progress.mayEndEarly ? "up to" : "about"
    return "this will take \(bound) \(Self.text(total)), by the first \(share)"
  }

  /// The promised time next to the real one; nil if nothing was promised or the work ended early. What a
  /// budget of time ends has come to its end when that is spent.
  package func verdict(after seconds: Double) -> String? {
    guard let promised, let last else { return nil }
    let left = last.done >= last.total ? 0 : last.secondsLeft ?? .infinity
    guard left <= promised * Self.inaccuracy else { return nil }
    return "it took \(Self.text(seconds)); \(Self.text(promised)) were promised"
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 59.5 ? "\(Int(seconds.rounded())) s" : NumberText.duration(seconds)
  }
}
