/// A picture of dots, two across and four down a character: braille, or one `*` a character.
struct DotCanvas {
  static let across = 2
  static let down = 4

  private let columns: Int
  private let rows: Int
  private let isUnicode: Bool
  /// Dots of each character in braille's numbering.
  private var dots: [UInt8]
  private var marks: [Int: Character] = [:]

  /// Bits of braille by row and column (Unicode block 2800).
  private static let bits: [[UInt8]] = [
    [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
  ]

  init(columns: Int, rows: Int, isUnicode: Bool) {
    self.columns = columns
    self.rows = rows
    self.isUnicode = isUnicode
    dots = Array(repeating: 0, count: columns * rows)
  }

  mutating func dot(x: Int, y: Int) {
    guard let cell = cell(x: x, y: y) else { return }
    dots[cell] |= Self.bits[y % Self.down][x % Self.across]
  }

  /// Puts a character over the dots.
  mutating func mark(x: Int, y: Int, _ character: Character) {
    guard let cell = cell(x: x, y: y) else { return }
    marks[cell] = character
  }

  /// Bresenham's line.
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
    let (width, height) = (abs(end.x - start.x), abs(end.y - start.y))
    let (right, below) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
    var (x, y) = start
    var error = width - height
    while true {
      dot(x: x, y: y)
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

  var lines: [String] {
    (0..<rows).map { row in
      String((0..<columns).map { character(row * columns + $0) })
    }
  }

  private func cell(x: Int, y: Int) -> Int? {
    let (column, row) = (x / Self.across, y / Self.down)
    guard x >= 0, y >= 0, column < columns, row < rows else { return nil }
    return row * columns + column
  }

  private func character(_ cell: Int) -> Character {
    if let mark = marks[cell] { return mark }
    if dots[cell] == 0 { return " " }
    guard isUnicode else { return "*" }
    return Unicode.Scalar(0x2800 + UInt32(dots[cell])).map(Character.init) ?? "*"
  }
}
