import Diagnostics

/// A picture of dots, two across and four down a character: braille, or one letter a character.
struct DotCanvas: PlotCanvas {
  static let across = 2
  static let down = 4

  var width: Int { columns * Self.across }
  var height: Int { rows * Self.down }

  private let columns: Int
  private let rows: Int
  private let isUnicode: Bool
  /// Dots of each character in braille's numbering.
  private var dots: [UInt8]
  /// What drew the dots of a character last.
  private var strokes: [FigureStroke?]
  private var marks: [Int: (character: Character, role: TextStyle.Role)] = [:]

  /// Bits of braille by row and column (Unicode block 2800).
  private static let bits: [[UInt8]] = [
    [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
  ]

  init(columns: Int, rows: Int, isUnicode: Bool) {
    self.columns = columns
    self.rows = rows
    self.isUnicode = isUnicode
    dots = Array(repeating: 0, count: columns * rows)
    strokes = Array(repeating: nil, count: columns * rows)
  }

  mutating func dot(x: Int, y: Int, _ stroke: FigureStroke) {
    guard let cell = cell(x: x, y: y) else { return }
    strokes[cell] = stroke
    dots[cell] |= Self.bits[y % Self.down][x % Self.across]
  }

  /// Puts the character of a point over the dots.
  mutating func mark(x: Int, y: Int, _ stroke: FigureStroke) {
    guard let cell = cell(x: x, y: y) else { return }
    marks[cell] = (stroke.mark, stroke.role)
  }

  /// Bresenham's line. Gaps of a stroke are counted along the x of the picture, so that a line of many
  /// pieces keeps its rhythm.
  mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ stroke: FigureStroke
  ) {
    let (width, height) = (abs(end.x - start.x), abs(end.y - start.y))
    let (right, below) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
    var (x, y) = start
    var error = width - height
    while true {
      if start == end || stroke.draws(x) { dot(x: x, y: y, stroke) }
      if (x, y) == end { return }
      let doubled = 2 * error
      if doubled > -height {
        error -= height
        x += right
      }
      if doubled < width {
        error += width
        y += below
      }
    }
  }

  /// The rows, each series in its colour.
  func lines(_ style: TextStyle) -> [String] {
    (0..<rows).map { row in
      (0..<columns).map { column in
        let cell = row * columns + column
        if let mark = marks[cell] { return style(mark.role, String(mark.character)) }
        guard dots[cell] != 0, let stroke = strokes[cell] else { return " " }
        return style(stroke.role, String(character(dots[cell], stroke)))
      }.joined()
    }
  }

  private func cell(x: Int, y: Int) -> Int? {
    let (column, row) = (x / Self.across, y / Self.down)
    guard x >= 0, y >= 0, column < columns, row < rows else { return nil }
    return row * columns + column
  }

  private func character(_ dots: UInt8, _ stroke: FigureStroke) -> Character {
    guard isUnicode else { return stroke.letter }
    return Unicode.Scalar(0x2800 + UInt32(dots)).map(Character.init) ?? stroke.letter
  }
}
