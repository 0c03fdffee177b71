import Diagnostics

/// How wide a page of text is and what may stand on it.
package struct TextPage: Sendable {
  package let columns: Int
  /// Box drawing characters and braille, or ASCII.
  package let isUnicode: Bool
  package let style: TextStyle

  package init(columns: Int, isUnicode: Bool = true, style: TextStyle = .plain) {
    self.columns = columns
    self.isUnicode = isUnicode
    self.style = style
  }

  /// What documents have that no terminal shows.
  package static let document = TextPage(columns: 80)
}
