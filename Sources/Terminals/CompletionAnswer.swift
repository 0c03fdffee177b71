/// What one press of Tab does: one match is inserted, several insert what they have in common, and
/// where that adds nothing the matches are listed.
package struct CompletionAnswer: Equatable, Sendable {
  /// Unicode scalars to delete before and behind the cursor.
  package var before = 0
  package var after = 0
  /// The text to put in their place; nil leaves the input as it is.
  package var insert: String?
  /// The matches to list below the input, empty for none.
  package var listed: [CompletionItem] = []

  /// - Parameters:
  ///   - text: the whole input.
  ///   - cursor: UTF-8 offset of the cursor in it.
  package init(items: [CompletionItem], text: String, cursor: Int) {
    let utf8 = text.utf8
    guard let range = items.first?.replaceRange,
      range.lowerBound >= 0, range.lowerBound <= cursor, cursor <= utf8.count
    else { return }
    let matches = items.filter { $0.replaceRange == range }
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    let middle = utf8.index(utf8.startIndex, offsetBy: cursor)
    let upper = min(max(range.upperBound, cursor), utf8.count)
    let end = utf8.index(utf8.startIndex, offsetBy: upper)
    let replaced = String(text[start..<end])
    let common = Self.commonPrefix(of: matches.map(\.insert))
    let typed = String(text[start..<middle])
    if matches.count > 1, common.count <= typed.count || !common.hasPrefix(typed) {
      listed = matches
    } else if common != replaced {
      before = typed.unicodeScalars.count
      after = text[middle..<end].unicodeScalars.count
      insert = common
    }
  }

  /// The longest text that all of the texts start with.
  static func commonPrefix(of texts: [String]) -> String {
    guard var prefix = texts.first else { return "" }
    for text in texts.dropFirst() {
      prefix = String(zip(prefix, text).prefix { $0 == $1 }.map(\.0))
    }
    return prefix
  }
}
