/// How text of a source line is laid out in a terminal: tabs expanded, control characters made
/// visible (`VisibleText`), wide characters counted twice.
package enum DisplayColumns {
  package static let tabWidth = 4

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
        current += DisplayWidth.of(scalar)
      }
    }
    return (String(printed), current - column)
  }
}
