/// Pixels as sixels (DEC STD 070, chapter 9): bands of six rows, each colour of a band after the other.
struct SixelImage {
  private let canvas: PixelCanvas

  private static let band = 6

  init(_ canvas: PixelCanvas) { self.canvas = canvas }

  /// The whole image; pixels without a colour stay as they are (the second parameter is 1).
  var sequence: String {
    var text = "\u{1B}P0;1;0q\"1;1;\(canvas.width);\(canvas.height)"
    for (place, color) in canvas.palette.enumerated() {
      let parts = [color.red, color.green, color.blue].map { "\(Self.percent($0))" }
      text += "#\(place + 1);2;" + parts.joined(separator: ";")
    }
    for top in stride(from: 0, to: canvas.height, by: Self.band) {
      text += band(from: top) + "-"
    }
    return text + "\u{1B}\\"
  }

  private static func percent(_ part: UInt8) -> Int { (Int(part) * 100 + 127) / 255 }

  private func band(from top: Int) -> String {
    let rows = top..<min(top + Self.band, canvas.height)
    var parts: [String] = []
    for number in canvas.palette.indices.map({ UInt8($0 + 1) }) {
      let columns = (0..<canvas.width).map { x in
        rows.reduce(UInt8(0)) { bits, y in
          canvas.pixels[y * canvas.width + x] == number ? bits | 1 << UInt8(y - top) : bits
        }
      }
      guard columns.contains(where: { $0 != 0 }) else { continue }
      parts.append("#\(number)" + Self.runs(columns))
    }
    // a carriage return between colours
    return parts.joined(separator: "$")
  }

  /// Six pixels one below the other are a character from `?` on; four or more that are equal are counted.
  private static func runs(_ columns: [UInt8]) -> String {
    var text = ""
    var rest = columns[...]
    while let bits = rest.first {
      let count = rest.prefix { $0 == bits }.count
      let sign = Character(Unicode.Scalar(63 + bits))
      text += count > 3 ? "!\(count)\(sign)" : String(repeating: sign, count: count)
      rest = rest.dropFirst(count)
    }
    return text
  }
}
