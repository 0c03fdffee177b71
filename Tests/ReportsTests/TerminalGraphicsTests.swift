import CFiles
import Files
import Reports
import Sessions
import Testing

/// Curves as images of pixels, decoded as a terminal does.
@Suite struct TerminalGraphicsTests {
  /// Where an image has pixels, each with its colour as red, green and blue.
  private struct Decoded: Equatable {
    var width = 0
    var height = 0
    var colors: [[Int]?] = []

    subscript(x: Int, y: Int) -> [Int]? { colors[y * width + x] }

    var places: [Int] { colors.indices.filter { colors[$0] != nil } }
  }

  private static let cell = (width: 8, height: 16)

  private func overlay(_ graphics: TerminalGraphics, _ series: [Figure.Series]) throws -> String {
    let text = FigureText(
      Figure(title: "losses", x: "step", y: "loss", series: series), on: TextPage(columns: 40))
    let picture = try #require(text.picture(by: graphics, cell: Self.cell, rows: 4))
    #expect(
      picture.lines.prefix(5) == ["losses", "  2.000┤", "       │", "       │", "  1.000┤"])
    #expect(picture.lines.suffix(3) == text.lines(rows: 4).suffix(3), "axis and legend")
    let start = "\u{1B}7\u{1B}[7A\u{1B}[9G"
    #expect(picture.overlay.hasPrefix(start) && picture.overlay.hasSuffix("\u{1B}8"))
    return String(picture.overlay.dropFirst(start.count).dropLast(2))
  }

  private let fall = [
    Figure.Series("slow", .line, [.init(x: 1, y: 2), .init(x: 2, y: 1)]),
    Figure.Series("seen", .points, [.init(x: 1.5, y: 1.9)]),
  ]

  @Test func `sixels are the curve, from corner to corner, and its points`() throws {
    let image = try sixels(try overlay(.sixel, fall))
    #expect(image.width == 31 * 8 && image.height == 4 * 16)
    let line = try #require(image[0, 0])
    #expect(image[image.width - 1, image.height - 1] == line)
    #expect(image[0, image.height - 1] == nil && image[image.width - 1, 0] == nil)
    for x in 0..<image.width {
      #expect((0..<image.height).contains { image[x, $0] == line || image[x, $0] != nil })
    }
    let mark = try #require(image[image.width / 2, 6])
    #expect(mark != line)
    #expect(line == [18, 63, 26], "percent of the colour that the legend has")
  }

  @Test func `kitty gets the same pixels, in chunks that it takes`() throws {
    let sequence = try overlay(.kitty, fall)
    let chunks = sequence.components("\u{1B}_G", "\u{1B}\\")
    #expect(chunks.allSatisfy { $0.count < 4096 + 80 })
    let head = try #require(chunks.first?.split(separator: ";").first)
    #expect(head.hasPrefix("a=T,f=32,o=z,s=248,v=64,c=31,r=4,C=1,q=2,m="))
    #expect(chunks.last?.contains("m=0;") == true)
    let text = chunks.compactMap { $0.split(separator: ";").last }.joined()
    let packed = try #require(Base64.decode(text))
    let bytes = try inflated(packed, count: 248 * 64 * 4)
    let opaque = stride(from: 0, to: bytes.count, by: 4).filter { bytes[$0 + 3] == 255 }.map {
      $0 / 4
    }
    #expect(opaque == (try sixels(try overlay(.sixel, fall))).places)
    #expect(Array(bytes[0..<4]) == [0x2e, 0xa0, 0x43, 255])
  }

  @Test func `bars, intervals and a single point leave pixels; heat maps and named bars are text`()
    throws
  {
    let points = [Figure.Point(x: 1, y: 1), .init(x: 2, y: 3)]
    for drawing in [Figure.Series.Drawing.bars, .intervals, .line] {
      let figure = Figure(x: "x", y: "y", series: [.init("a", drawing, points)])
      let picture = FigureText(figure, on: TextPage(columns: 40)).picture(
        by: .sixel, cell: Self.cell)
      #expect(try #require(picture).overlay.contains("#1;2;"))
    }
    let one = Figure(x: "x", y: "y", series: [.init("a", .line, [points[0]])])
    let picture = FigureText(one, on: TextPage(columns: 40)).picture(by: .sixel, cell: Self.cell)
    #expect(try #require(picture).overlay.contains("#1;2;"))
    let named = Figure(x: "x", y: "y", bars: [("a", 1), ("b", 2)])
    #expect(
      FigureText(named, on: TextPage(columns: 40)).picture(by: .sixel, cell: Self.cell) == nil)
    let empty = Figure(x: "x", y: "y", series: [.init("a", .line, [.init(x: 1, y: .nan)])])
    #expect(
      FigureText(empty, on: TextPage(columns: 40)).picture(by: .kitty, cell: Self.cell) == nil)
  }

  @Test(
    arguments: [
      (["TERM": "xterm-256color"], nil), (["TERM": "xterm-kitty"], .kitty),
      (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], .kitty),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], .kitty),
      (["TERM": "foot-extra"], .sixel), (["TERM": "mlterm"], .sixel),
      (["TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"], nil),
      (["TERM": "xterm-kitty", "TMUX": "/tmp/x"], nil),
      (["TERM": "xterm-kitty", "NO_COLOR": "1"], nil),
      (["TERM": "foot", "SKILLET_GRAPHICS": "none"], nil),
      (["TERM": "screen", "NO_COLOR": "1", "SKILLET_GRAPHICS": "sixel"], .sixel),
      (["TERM": "xterm", "SKILLET_GRAPHICS": "kitty"], .kitty), ([:], nil),
    ] as [([String: String], TerminalGraphics?)])
  func `the environment tells what a terminal shows, and SKILLET_GRAPHICS decides`(
    environment: [String: String], graphics: TerminalGraphics?
  ) {
    #expect(TerminalGraphics(environment: environment) == graphics)
  }

  // MARK: Decoding

  private struct Malformed: Error {}

  private func inflated(_ packed: [UInt8], count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var made = 0
    // a stream of zlib without its header of two bytes and its sum of four
    let raw = Array(packed.dropFirst(2).dropLast(4))
    let result = unsafe cfiles_unpack(Int32(CFILES_DEFLATE), raw, raw.count, &bytes, count, &made)
    guard result == CFILES_UNPACKED, made == count else { throw Malformed() }
    return bytes
  }

  private func sixels(_ sequence: String) throws -> Decoded {
    let pattern = /\u{1B}P0;1;0q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)*)(.*)\u{1B}\\/
    guard let match = sequence.wholeMatch(of: pattern), let width = Int(match.1),
      let height = Int(match.2)
    else { throw Malformed() }
    var palette: [Int: [Int]] = [:]
    for color in match.3.matches(of: /#(\d+);2;(\d+);(\d+);(\d+)/) {
      palette[Int(color.1) ?? 0] = [color.2, color.3, color.4].map { Int($0) ?? 0 }
    }
    var image = Decoded(
      width: width, height: height, colors: Array(repeating: nil, count: width * height))
    var (x, top, color) = (0, 0, 0)
    for part in match.4.matches(of: /#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)/) {
      if let number = part.1 {
        color = Int(number) ?? 0
      } else if part.5 != nil {
        x = 0
      } else if part.6 != nil {
        (x, top) = (0, top + 6)
      } else if let sign = part.3 ?? part.4, let value = sign.first?.asciiValue {
        for _ in 0..<(part.2.flatMap { Int($0) } ?? 1) {
          for bit in 0..<6 where (value - 63) >> UInt8(bit) & 1 == 1 {
            guard x < width, top + bit < height else { throw Malformed() }
            image.colors[(top + bit) * width + x] = palette[color]
          }
          x += 1
        }
      }
    }
    return image
  }
}

extension String {
  /// What stands between these two, each time.
  fileprivate func components(_ start: String, _ end: String) -> [Substring] {
    var found: [Substring] = []
    var rest = self[...]
    while let opening = rest.firstRange(of: start),
      let closing = rest[opening.upperBound...].firstRange(of: end)
    {
      found.append(rest[opening.upperBound..<closing.lowerBound])
      rest = rest[closing.upperBound...]
    }
    return found
  }
}
