import Diagnostics
import RecipeLanguage
import Sessions

/// Bars that have names, one below the other, each with its number behind it.
struct BarText {
  private let figure: Figure
  private let page: TextPage

  /// What the bars of each series but the first are made of, so that they are told apart without colours as well.
  private static let shades = Array("▒░▓")

  /// Eighths of a character, from one on.
  private static let eighths = Array("▏▎▍▌▋▊▉█")

  init(_ figure: Figure, on page: TextPage) {
    self.figure = figure
    self.page = page
  }

  var lines: [String] {
    let heights = figure.series.map { series in
      Dictionary(
        series.points.filter(\.isFinite).map { (Int($0.x), $0.y) }, uniquingKeysWith: { $1 })
    }
    let largest = heights.flatMap(\.values).map(abs).max() ?? 0
    let names = figure.categories.map { VisibleText.onOneLine($0) }
    let widest = names.map { DisplayWidth.of($0) }.max() ?? 0
    let nameWidth = min(max(1, page.columns / 3), widest)
    let room = max(1, page.columns - nameWidth - 12)
    var lines: [String] = []
    for (place, name) in names.enumerated() {
      for (index, values) in heights.enumerated() {
        let label = index == 0 ? DisplayWidth.truncated(name, to: nameWidth) : ""
        let value = values[place + 1]
        let share = largest > 0 ? abs(value ?? 0) / largest : 0
        let stroke = FigureStroke(index, isUnicode: page.isUnicode)
        let number = value.map { " " + NumberText.significant($0, digits: 3) } ?? ""
        lines.append(
          DisplayWidth.padded(label, to: nameWidth) + (page.isUnicode ? " │" : " |")
            + page.style(stroke.role, bar(share * Double(room), stroke, index)) + number)
      }
    }
    return lines + legend
  }

  private func bar(_ length: Double, _ stroke: FigureStroke, _ index: Int) -> String {
    guard page.isUnicode else {
      return String(repeating: stroke.letter, count: Int(length.rounded()))
    }
    if index > 0 { return String(repeating: shade(index), count: Int(length.rounded())) }
    let whole = Int(length)
    let rest = Int((length - Double(whole)) * 8)
    return String(repeating: "█", count: whole) + (rest > 0 ? String(Self.eighths[rest - 1]) : "")
  }

  private func shade(_ index: Int) -> Character {
    index == 0 ? "█" : Self.shades[(index - 1) % Self.shades.count]
  }

  private var legend: [String] {
    let parts = figure.series.enumerated().map { index, series in
      let stroke = FigureStroke(index, isUnicode: page.isUnicode)
      let sample = page.isUnicode ? String(shade(index)) : String(stroke.letter)
      return page.style(stroke.role, sample) + " " + VisibleText.onOneLine(series.name)
    }
    return [parts.joined(separator: "   ")]
  }
}
