import Files

/// How a terminal is told to show an image of pixels.
package enum TerminalGraphics: String, CaseIterable, Sendable {
  /// kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol), which WezTerm, Ghostty and
  /// Konsole understand as well.
  case kitty
  /// Sixels of the VT340, as foot, mlterm and xterm show them.
  case sixel

  /// What the environment says of the terminal: the first of these that holds. Within tmux and screen, under
  /// NO_COLOR and in terminals that nothing is known of there are no images unless `SKILLET_GRAPHICS` asks for
  /// them.
  ///
  /// - Returns: nil for none.
  package init?(environment: [String: String]) {
    func value(_ name: String) -> String { environment[name] ?? "" }
    if let asked = Self.asked(environment) {
      guard let graphics = Self(rawValue: asked) else { return nil }
      self = graphics
      return
    }
    let kind = value("TERM")
    let isWithin = !value("TMUX").isEmpty || kind.hasPrefix("tmux") || kind.hasPrefix("screen")
    guard !isWithin, value("NO_COLOR").isEmpty, kind != "dumb" else { return nil }
    if !value("KITTY_WINDOW_ID").isEmpty || ["xterm-kitty", "xterm-ghostty"].contains(kind)
      || ["WezTerm", "ghostty"].contains(value("TERM_PROGRAM"))
    {
      self = .kitty
    } else if kind.hasPrefix("foot") || kind.hasPrefix("mlterm") {
      self = .sixel
    } else {
      return nil
    }
  }

  private static let variable = "SKILLET_GRAPHICS"
  private static let none = "none"

  private static func asked(_ environment: [String: String]) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What is told of a `SKILLET_GRAPHICS` that asks for nothing known; nil where it does not.
  package static func problem(in environment: [String: String]) -> String? {
    guard let asked = asked(environment), asked != none, Self(rawValue: asked) == nil else {
      return nil
    }
    let known = (allCases.map(\.rawValue) + [none]).joined(separator: ", ")
    return "\(variable) is \"\(asked)\", none of \(known): curves are drawn in characters"
  }

  /// Names of the variables that `init(environment:)` reads.
  package static let variables = [
    variable, "TERM", "TMUX", "NO_COLOR", "KITTY_WINDOW_ID", "TERM_PROGRAM",
  ]

  /// Shows the canvas with its upper left corner at the cursor, over so many characters.
  func sequence(for canvas: PixelCanvas, columns: Int, rows: Int) -> String {
    switch self {
    case .kitty: Self.kitty(canvas, columns: columns, rows: rows)
    case .sixel: SixelImage(canvas).sequence
    }
  }

  /// The most characters of an image in one sequence, as kitty has it.
  private static let chunk = 4096

  /// The pixels as red, green, blue and opacity, packed by zlib, in base 64; the cursor stays (`C=1`) and nothing
  /// is answered (`q=2`).
  private static func kitty(_ canvas: PixelCanvas, columns: Int, rows: Int) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(canvas.pixels.count * 4)
    for pixel in canvas.pixels {
      guard pixel > 0 else {
        bytes += [0, 0, 0, 0]
        continue
      }
      let color = canvas.palette[Int(pixel) - 1]
      bytes += [color.red, color.green, color.blue, 255]
    }
    var rest = Base64.encode(CompressedBlock.deflated(bytes))[...]
    var sequence = ""
    var keys =
      "a=T,f=32,o=z,s=\(canvas.width),v=\(canvas.height),c=\(columns),r=\(rows),C=1,q=2,"
    while !rest.isEmpty {
      let part = rest.prefix(chunk)
      rest = rest.dropFirst(chunk)
      sequence += "\u{1B}_G\(keys)m=\(rest.isEmpty ? 0 : 1);\(part)\u{1B}\\"
      keys = ""
    }
    return sequence
  }
}

/// A figure for a terminal: its text, and the image of its plot that is put over it.
package struct TerminalPicture {
  package let lines: [String]
  /// From below the lines, how many rows up the image begins, and in which column, counted from 1.
  let rowsUp: Int
  let column: Int
  let image: String

  /// Rows that must be on the screen at once.
  package var height: Int { rowsUp }

  /// What is written once the lines stand there, the cursor below them: it is saved, goes to the plot and comes
  /// back.
  package var overlay: String {
    "\u{1B}7\u{1B}[\(rowsUp)A\u{1B}[\(column)G\(image)\u{1B}8"
  }
}
