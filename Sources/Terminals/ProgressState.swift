import Diagnostics

/// How far a job is.
package struct ProgressState: Equatable, Sendable {
  /// What runs: `train`, `eval`.
  package var label: String
  package var done: Int
  /// nil when the end is not known.
  package var total: Int?
  /// Figures in the order of their weight, with units: `loss 1.234`, `312 tok/s`. The last ones go first
  /// when there is no room.
  package var figures: [String]
  package var secondsLeft: Double?

  package init(
    _ label: String, done: Int, total: Int? = nil, figures: [String] = [],
    secondsLeft: Double? = nil
  ) {
    self.label = VisibleText.onOneLine(label)
    self.done = done
    self.total = total
    self.figures = figures.map { VisibleText.onOneLine($0) }
    self.secondsLeft = secondsLeft
  }

  /// The state in at most `columns` columns: `train  37/120 ━━━╸───── loss 1.234  0:42 left`.
  package func line(columns: Int, isUnicode: Bool = true) -> String {
    let head = "\(label)  \(counter)"
    var parts = figures
    if let secondsLeft { parts.insert(Self.clock(secondsLeft) + " left", at: timePosition) }
    let headWidth = DisplayWidth.of(head)
    func width(_ parts: [String]) -> Int {
      parts.reduce(headWidth) { $0 + 2 + DisplayWidth.of($1) }
    }
    while width(parts) > columns, !parts.isEmpty { parts.removeLast() }
    let room = columns - width(parts) - 2
    let barWidth = min(20, room)
    let bar = barWidth >= 6 ? [bar(width: barWidth, isUnicode: isUnicode)] : []
    let line = ([head] + bar.filter { !$0.isEmpty } + parts).joined(separator: "  ")
    return DisplayWidth.truncated(line, to: columns)
  }

  /// The state for a log: `train 37/120, loss 1.234, 0:42 left`.
  package var plainLine: String {
    var parts = ["\(label) \(done)" + (total.map { "/\($0)" } ?? "")] + figures
    if let secondsLeft {
      parts.insert(Self.clock(secondsLeft) + " left", at: timePosition + 1)
    }
    return parts.joined(separator: ", ")
  }

  /// A clock that runs: `0:42`, `12:05`, `1:03:20`.
  static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "–:––" }
    let whole = max(0, Int(seconds.rounded()))
    let twoDigits = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
    let (minutes, rest) = (whole / 60, twoDigits(whole % 60))
    if minutes < 60 { return "\(minutes):\(rest)" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(rest)"
  }

  /// The time left stands behind the first two figures.
  private var timePosition: Int { min(2, figures.count) }

  private var counter: String {
    guard let total else { return "\(done)" }
    let blanks = String(total).count - String(done).count
    return String(repeating: " ", count: max(0, blanks)) + "\(done)/\(total)"
  }

  private func bar(width: Int, isUnicode: Bool) -> String {
    guard let total, total > 0 else { return "" }
    let share = min(1, max(0, Double(done) / Double(total)))
    let halves = Int((share * Double(width * 2)).rounded(.down))
    let full = String(repeating: isUnicode ? "━" : "#", count: halves / 2)
    let half = halves % 2 == 1 ? (isUnicode ? "╸" : "-") : ""
    let rest = width - halves / 2 - halves % 2
    return full + half + String(repeating: isUnicode ? "─" : ".", count: max(0, rest))
  }
}
