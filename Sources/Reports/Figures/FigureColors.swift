import RecipeLanguage
import Sessions

/// The colours of an image: fixed ones on white for files of their own, or those of the page that it stands in, which
/// may be light or dark.
package struct FigureColors: Sendable {
  let background: String?
  let grid: String
  let text: String
  private let palette: [String]

  /// Told apart by people who confuse red and green (Okabe and Ito's palette), and grey.
  static let palette = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c",
  ]

  package static let document = FigureColors(
    background: "#ffffff", grid: "#d0d7de", text: "#57606a", palette: palette)
  /// The properties of `HTMLReport`'s style sheet.
  package static let page = FigureColors(
    background: nil, grid: "var(--line)", text: "var(--muted)", palette: palette)

  func series(_ index: Int) -> String { palette[index % palette.count] }

  /// The element that begins an image 640 wide, its ground and its title.
  func opening(of figure: Figure, height: Double) -> [String] {
    let height = Self.coordinate(height)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"\(height)\" "
        + "viewBox=\"0 0 640 \(height)\" font-family=\"sans-serif\" font-size=\"12\">"
    ]
    if let background {
      lines.append("<rect width=\"640\" height=\"\(height)\" fill=\"\(background)\"/>")
    }
    if !figure.title.isEmpty { lines.append(label(figure.title, x: 624, y: 16, anchor: "end")) }
    return lines
  }

  func label(_ words: String, x: Double, y: Double, anchor: String) -> String {
    "<text x=\"\(Self.coordinate(x))\" y=\"\(Self.coordinate(y))\" text-anchor=\"\(anchor)\" "
      + "fill=\"\(text)\">" + MarkupText.escaped(words) + "</text>"
  }

  /// With one decimal.
  static func coordinate(_ value: Double) -> String {
    NumberText.shortest((value * 10).rounded() / 10)
  }
}
