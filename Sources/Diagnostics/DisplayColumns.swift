/// How text of a source line is laid out in a terminal: tabs expanded, control characters made
/// visible (`VisibleText`), wide characters counted twice.
package enum DisplayColumns {
  package static let tabWidth = 4

  /// The columns that a scalar fills: 0 for marks that sit on the letter before, 2 for East Asian
  /// wide letters and emoji, else 1.
  package static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The text as it should be printed, and its width in columns, when printing starts at
  /// `column` (counted from 0, which decides how far a tab reaches).
  package static func expand(_ text: String, from column: Int = 0) -> (text: String, width: Int) {
    var printed = String.UnicodeScalarView()
    var current = column
    for scalar in VisibleText.escaped(text).unicodeScalars {
      if scalar == "\t" {
        let spaces = tabWidth - current % tabWidth
        printed.append(contentsOf: repeatElement(" ", count: spaces))
        current += spaces
      } else {
        printed.append(scalar)
        current += width(of: scalar)
      }
    }
    return (String(printed), current - column)
  }

  /// Blocks whose East_Asian_Width is Wide or Fullwidth in Unicode's EastAsianWidth.txt.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD,
  ]
}
