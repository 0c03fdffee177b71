import Diagnostics
import RecipeLanguage

/// What a loss curve says in words: whether the rate was right, whether the model learns the task or only the rows, and
/// what could be tried.
package struct TrainingDiagnosis: Equatable {
  /// What is seen, with this run's numbers.
  package let finding: Finding
  /// The same as sentences.
  package let sentences: [String]

  package enum Finding: String, Sendable {
    case rising, flat, overfitting, stillFalling, levelled, unmeasured
  }

  /// Shares by which losses must differ before anything is said of it: single batches vary.
  private static let tolerance = 0.02

  /// nil for a curve of fewer than two steps.
  package init?(_ curve: TrainingCurve) {
    let losses = curve.losses.map(\.loss)
    guard losses.count > 1, losses.allSatisfy(\.isFinite) else { return nil }
    let part = max(1, losses.count / 10)
    let first = Self.mean(losses.prefix(part))
    let last = Self.mean(losses.suffix(part))
    let fall =
      "The training loss went from \(Self.text(first)) to \(Self.text(last)) in \(losses.count) steps"
    if last > first * (1 + Self.tolerance) {
      finding = .rising
      sentences = [
        fall + ": it rose.",
        "The rate is too high for this adapter; try a third of lr, or more warmup.",
      ]
    } else if last > first * (1 - Self.tolerance) {
      finding = .flat
      sentences = [
        fall + ": it hardly moved.",
        "Try ten times the lr, or more steps; alpha acts like the rate.",
      ]
    } else {
      (finding, sentences) = Self.heldOut(curve, fall: fall + ".", losses)
    }
  }

  /// A training whose loss fell, by what held-out rows say to it.
  private static func heldOut(
    _ curve: TrainingCurve, fall: String, _ losses: [Double]
  ) -> (Finding, [String]) {
    let evaluations = curve.evaluations.filter(\.loss.isFinite)
    guard let best = evaluations.min(by: { $0.loss < $1.loss }), let last = evaluations.last,
      evaluations.count > 1
    else {
      return (
        .unmeasured,
        [
          fall,
          "Held-out rows were not measured on the way, so it cannot be said whether it learns the task or "
            + "the rows: split valid: 10%, then train with eval_every: 10.",
        ]
      )
    }
    if last.loss > best.loss * (1 + tolerance) {
      return (
        .overfitting,
        [
          fall,
          "The held-out loss was lowest after step \(best.step), \(text(best.loss)), and is "
            + "\(text(last.loss)) at the end: since then it learns its rows by heart (overfitting).",
          "Try fewer epochs, keep: best, more rows, a smaller rank or dropout.",
        ]
      )
    }
    let before = evaluations[evaluations.count - 2]
    let isFalling = last.loss < before.loss * (1 - tolerance)
    return (
      isFalling ? .stillFalling : .levelled,
      [
        fall,
        "The held-out loss is \(text(last.loss)) at the end, "
          + (isFalling
            ? "and was \(text(before.loss)) after step \(before.step): it still falls (underfitting)."
            : "as good as ever, and no longer falls by much."),
        isFalling
          ? "More epochs, or a higher lr, may bring more."
          : "More steps bring little; more rows, a higher rank or more targets may.",
      ]
    )
  }

  private static func mean(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private static func text(_ loss: Double) -> String { NumberText.significant(loss, digits: 3) }
}
