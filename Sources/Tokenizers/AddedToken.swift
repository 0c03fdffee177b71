/// A token that is looked for in text before the text is split and encoded.
package struct AddedToken: Equatable, Sendable {
  package var text: String
  package var id: Int32
  /// A marker: found only where markers are looked for.
  package var isSpecial: Bool
  /// Whether white space beside it belongs to it.
  package var takesSpaceBefore = false
  package var takesSpaceAfter = false
  /// Found only where no letter, number or mark stands beside it.
  package var isWord = false
  /// Looked for in normalized text, as its own normal form.
  package var isNormalized = false

  package init(_ text: String, id: Int32, isSpecial: Bool) {
    self.text = text
    self.id = id
    self.isSpecial = isSpecial
  }
}
