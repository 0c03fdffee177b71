/// A regular expression that text is split with.
package struct Pattern: Equatable, Sendable, CustomStringConvertible {
  package let text: String
  private let program: PatternProgram

  /// - Parameters:
  ///   - text: in the syntax that Oniguruma and ECMAScript share.
  ///   - endsAtLines: whether `^` and `$` are the ends of lines (Oniguruma), not of the text.
  package init(_ text: String, endsAtLines: Bool) throws(TokenizerError) {
    self.text = text
    program = try PatternProgram(PatternParser.node(of: text, endsAtLines: endsAtLines))
  }

  package static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }

  package var description: String { text }

  func matches(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var matcher = unsafe PatternMatcher(program, text)
    return matcher.matches()
  }
}
