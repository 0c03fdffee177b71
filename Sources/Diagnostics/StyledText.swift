/// Colours in text that still has to be made visible (`VisibleText.rendered`). A colour is a mark of
/// characters, not an escape sequence, so that everything that is an escape sequence by then came from
/// elsewhere. A mark holds a key that is drawn when the process starts: no file can contain one.
package enum StyledText {
  /// The text between the mark of this style and the mark that ends all styles.
  ///
  /// - Parameter code: parameters of the sequence "select graphic rendition" (ECMA-48), such as `1;31`.
  package static func text(_ text: String, code: String) -> String {
    mark(code) + text + mark("0")
  }

  static func mark(_ code: String) -> String { "\u{2}" + key + code + "\u{3}" }

  private static let key = "\(UInt64.random(in: 1 << 60 ... .max));"

  /// The mark that the text starts with: its style, and the scalars that it takes.
  package static func leadingMark(
    of text: Substring.UnicodeScalarView
  ) -> (code: String, length: Int)? {
    guard text.first == "\u{2}", text.dropFirst().starts(with: key.unicodeScalars) else {
      return nil
    }
    let code = text.dropFirst(1 + key.unicodeScalars.count).prefix { $0 != "\u{3}" }
    return (String(code), 2 + key.unicodeScalars.count + code.count)
  }
}
