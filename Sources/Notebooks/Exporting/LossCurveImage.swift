import RecipeLanguage
import Sessions

/// A loss curve as an SVG image: the training loss as a line, validation losses as circles. The same
/// curve gives the same bytes.
package struct LossCurveImage {
  private let curve: TrainingCurve

  private static let width = 640.0
  private static let height = 320.0
  private static let left = 56.0
  private static let right = 16.0
  private static let top = 16.0
  private static let bottom = 36.0

  package init(_ curve: TrainingCurve) {
    self.curve = curve
  }

  /// nil where there is no finite loss to draw.
  package var svg: String? {
    let training = curve.losses.filter(\.loss.isFinite)
    let validation = curve.evaluations.filter(\.loss.isFinite)
    let points = training + validation
    guard let first = points.map(\.step).min(), let last = points.map(\.step).max(),
      let low = points.map(\.loss).min(), let high = points.map(\.loss).max()
    else { return nil }
    let frame = Frame(
      steps: Double(first)...Double(max(last, first + 1)), losses: low...max(high, low + 1e-9))
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"320\" "
        + "viewBox=\"0 0 640 320\" font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"640\" height=\"320\" fill=\"#ffffff\"/>",
    ]
    lines += axes(frame)
    let path = training.map { "\(text(frame.x($0.step))),\(text(frame.y($0.loss)))" }
    lines.append(
      "<polyline fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\" points=\""
        + path.joined(separator: " ") + "\"/>")
    for point in validation {
      lines.append(
        "<circle cx=\"\(text(frame.x(point.step)))\" cy=\"\(text(frame.y(point.loss)))\" r=\"4\" "
          + "fill=\"#d1580f\"/>")
    }
    let missing = curve.losses.count + curve.evaluations.count - points.count
    lines += legend(hasValidation: !validation.isEmpty, missing: missing) + ["</svg>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private struct Frame {
    let steps: ClosedRange<Double>
    let losses: ClosedRange<Double>

    func x(_ step: Int) -> Double {
      let share = (Double(step) - steps.lowerBound) / (steps.upperBound - steps.lowerBound)
      return LossCurveImage.left
        + share * (LossCurveImage.width - LossCurveImage.left - LossCurveImage.right)
    }

    func y(_ loss: Double) -> Double {
      let share = (losses.upperBound - loss) / (losses.upperBound - losses.lowerBound)
      return LossCurveImage.top
        + share * (LossCurveImage.height - LossCurveImage.top - LossCurveImage.bottom)
    }
  }

  private func axes(_ frame: Frame) -> [String] {
    let (first, last) = (Int(frame.steps.lowerBound), Int(frame.steps.upperBound))
    let (low, high) = (frame.losses.lowerBound, frame.losses.upperBound)
    let middle = (low + high) / 2
    var lines: [String] = []
    for loss in [high, middle, low] {
      let y = text(frame.y(loss))
      lines.append(
        "<line x1=\"56\" y1=\"\(y)\" x2=\"624\" y2=\"\(y)\" stroke=\"#d0d7de\"/>")
      lines.append(label(NumberText.significant(loss), x: 50, y: frame.y(loss) + 4, anchor: "end"))
    }
    lines.append(label("step \(first)", x: 56, y: 304, anchor: "start"))
    lines.append(label("\(last)", x: 624, y: 304, anchor: "end"))
    return lines
  }

  private func legend(hasValidation: Bool, missing: Int) -> [String] {
    var lines = [
      "<line x1=\"300\" y1=\"300\" x2=\"324\" y2=\"300\" stroke=\"#1f6feb\" stroke-width=\"2\"/>",
      label("training loss", x: 330, y: 304, anchor: "start"),
    ]
    if hasValidation {
      lines.append("<circle cx=\"430\" cy=\"300\" r=\"4\" fill=\"#d1580f\"/>")
      lines.append(label("validation loss", x: 440, y: 304, anchor: "start"))
    }
    if missing > 0 {
      lines.append(label("\(missing) not finite, not drawn", x: 56, y: 318, anchor: "start"))
    }
    return lines
  }

  private func label(_ words: String, x: Double, y: Double, anchor: String) -> String {
    "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\" fill=\"#57606a\">\(words)</text>"
  }

  /// A coordinate with one decimal.
  private func text(_ value: Double) -> String {
    NumberText.shortest((value * 10).rounded() / 10)
  }
}
