import Diagnostics

/// How one series of a figure differs from the others: by colour where there is one, and without by gaps
/// or characters.
struct FigureStroke {
  /// What stands for a dot where there is no braille.
  let letter: Character
  /// The mark of a point.
  let mark: Character
  let role: TextStyle.Role
  /// The colour of pixels, near that of the role and legible on light and dark ground.
  let color: PixelColor
  /// A piece of the line, for the legend.
  let sample: String
  /// Dots that are drawn, and dots that are left out behind them.
  private let dash: (on: Int, off: Int)

  private static let colors: [PixelColor] = [
    PixelColor(0x2e, 0xa0, 0x43), PixelColor(0xc6, 0x94, 0x00), PixelColor(0x14, 0x9a, 0xa6),
    PixelColor(0xb8, 0x4f, 0xa8),
  ]

  private static let dashes: [(on: Int, off: Int, sample: String)] = [
    (1, 0, "⠤⠤"), (4, 4, "⠤ ⠤"), (1, 3, "⠄ ⠄"), (8, 3, "⠤⠤ ⠤"),
  ]

  /// - Parameter index: which series of the figure it is, from 0; those behind the fourth repeat the first ones.
  init(_ index: Int, isUnicode: Bool) {
    let turn = index % Self.dashes.count
    letter = Array("*+x#")[turn]
    mark = Array(isUnicode ? "◆●▲■" : "do^s")[turn]
    color = Self.colors[turn]
    role = [TextStyle.Role.good, .warning, .name, .number][turn]
    dash = isUnicode ? (Self.dashes[turn].on, Self.dashes[turn].off) : (1, 0)
    sample = isUnicode ? Self.dashes[turn].sample : String(repeating: letter, count: 2)
  }

  /// Whether the dot with this number of a line is drawn.
  func draws(_ number: Int) -> Bool { number % (dash.on + dash.off) < dash.on }
}
