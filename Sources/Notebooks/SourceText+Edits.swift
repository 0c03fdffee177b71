import Diagnostics

extension SourceText {
  /// The text with ranges replaced; they do not overlap.
  func text(applying edits: [(range: SourceRange, text: String)]) -> String {
    text(in: SourceRange(0, bytes.count), applying: edits)
  }

  /// A part of the text; only edits inside of it count.
  func text(
    in part: SourceRange, applying edits: [(range: SourceRange, text: String)]
  ) -> String {
    var result = ""
    var offset = part.lowerBound
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where edit.range.lowerBound >= part.lowerBound && edit.range.upperBound <= part.upperBound {
      result += text(in: SourceRange(offset, edit.range.lowerBound)) + edit.text
      offset = edit.range.upperBound
    }
    return result + text(in: SourceRange(offset, part.upperBound))
  }
}
