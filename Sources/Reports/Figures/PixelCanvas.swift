/// A colour of pixels: red, green and blue, from 0 to 255.
struct PixelColor: Hashable, Sendable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }
}

/// A picture of pixels over the ground of a terminal, which is seen wherever nothing is drawn.
struct PixelCanvas: PlotCanvas {
  let width: Int
  let height: Int
  /// The colours in use, and for each pixel, row by row, which it has, from 1; 0 for none.
  private(set) var palette: [PixelColor] = []
  private(set) var pixels: [UInt8]

  /// Pixels across and down of a stroke.
  private let thickness: Int
  private let markRadius: Int
  /// Pixels across a dot of text, by which gaps are counted.
  private let dotWidth: Int

  /// - Parameter cell: pixels of a character of the terminal, across and down.
  init(width: Int, height: Int, cell: (width: Int, height: Int)) {
    (self.width, self.height) = (width, height)
    pixels = Array(repeating: 0, count: width * height)
    thickness = max(2, cell.height / 9)
    markRadius = max(3, cell.height / 4)
    dotWidth = max(1, cell.width / DotCanvas.across)
  }

  mutating func dot(x: Int, y: Int, _ stroke: FigureStroke) {
    let color = number(of: stroke.color)
    fill(x...x, y...y, color)
  }

  mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ stroke: FigureStroke
  ) {
    let color = number(of: stroke.color)
    let steps = max(abs(end.x - start.x), abs(end.y - start.y))
    for step in 0...steps {
      let share = steps == 0 ? 0 : Double(step) / Double(steps)
      let x = start.x + Int((share * Double(end.x - start.x)).rounded())
      let y = start.y + Int((share * Double(end.y - start.y)).rounded())
      guard steps == 0 || stroke.draws(x / dotWidth) else { continue }
      let (left, top) = (x - thickness / 2, y - thickness / 2)
      fill(left...left + thickness - 1, top...top + thickness - 1, color)
    }
  }

  /// A disc.
  mutating func mark(x: Int, y: Int, _ stroke: FigureStroke) {
    let color = number(of: stroke.color)
    for row in -markRadius...markRadius {
      let squared = Double(markRadius * markRadius - row * row)
      let half = Int(squared.squareRoot().rounded())
      fill(x - half...x + half, y + row...y + row, color)
    }
  }

  private mutating func fill(
    _ columns: ClosedRange<Int>, _ rows: ClosedRange<Int>, _ color: UInt8
  ) {
    for y in max(0, rows.lowerBound)..<max(0, min(height, rows.upperBound + 1)) {
      for x in max(0, columns.lowerBound)..<max(0, min(width, columns.upperBound + 1)) {
        pixels[y * width + x] = color
      }
    }
  }

  private mutating func number(of color: PixelColor) -> UInt8 {
    if let place = palette.firstIndex(of: color) { return UInt8(place + 1) }
    palette.append(color)
    return UInt8(palette.count)
  }
}
