import Diagnostics

/// Text that comes in pieces, made visible and broken at blanks so that no word is cut by the right edge. A word is held
/// back until what follows shows that it is whole.
package struct WordStream {
  private let columns: Int
  private var column = 0
  private var blanks = ""
  private var word = ""
  private var wordWidth = 0
  private var last: Unicode.Scalar?

  /// - Parameter columns: the width of the terminal, whose last column stays free; `Int.max` breaks none.
  package init(columns: Int) {
    self.columns = max(2, columns - 1)
  }

  /// The text that can be shown now.
  package mutating func append(_ piece: String) -> String {
    var shown = ""
    let visible = VisibleText.escaped(piece, after: last)
    last = visible.unicodeScalars.last ?? last
    for character in visible {
      if character.isNewline {
        shown += flush() + "\n"
        (column, blanks) = (0, "")
      } else if character == " " {
        shown += flush()
        blanks.append(character)
      } else {
        word.append(character)
        let width = DisplayWidth.of(character)
        wordWidth += width
        // East Asian text has no blanks; a word that fills the line is shown as it comes.
        if width > 1 || wordWidth >= columns { shown += flush() }
      }
    }
    return shown
  }

  /// What is still held back; to be called at the end.
  package mutating func flush() -> String {
    guard !word.isEmpty else { return "" }
    defer { (blanks, word, wordWidth) = ("", "", 0) }
    let width = wordWidth
    let isFull = column > 0 && column + blanks.count + width > columns
    column = isFull ? width : column + blanks.count + width
    return isFull ? "\n" + word : blanks + word
  }
}
