/// Text that comes in pieces, broken at blanks so that no word is cut by the right edge. A word is held
/// back until what follows shows that it is whole.
package struct WordStream {
  private let columns: Int
  private var column = 0
  private var blanks = ""
  private var word = ""

  /// - Parameter columns: the width of the terminal; the last column stays free.
  package init(columns: Int) {
    self.columns = max(2, columns - 1)
  }

  /// The text that can be shown now.
  package mutating func append(_ piece: String) -> String {
    var shown = ""
    for character in piece {
      if character.isNewline {
        shown += flush() + "\n"
        (column, blanks) = (0, "")
      } else if character == " " {
        shown += flush()
        blanks.append(character)
      } else {
        word.append(character)
        // East Asian text has no blanks; a word that fills the line is shown as it comes.
        if DisplayWidth.of(character) > 1 || DisplayWidth.of(word) >= columns { shown += flush() }
      }
    }
    return shown
  }

  /// What is still held back; to be called at the end.
  package mutating func flush() -> String {
    guard !word.isEmpty else { return "" }
    defer { (blanks, word) = ("", "") }
    let width = DisplayWidth.of(word)
    let isFull = column > 0 && column + blanks.count + width > columns
    column = isFull ? width : column + blanks.count + width
    return isFull ? "\n" + word : blanks + word
  }
}
