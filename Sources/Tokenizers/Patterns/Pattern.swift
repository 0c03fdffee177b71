/// A regular expression that text is split with.
package struct Pattern: Equatable, Sendable, CustomStringConvertible {
  package let text: String
  private let program: PatternProgram

  /// - Parameters:
  ///   - text: in the syntax that Oniguruma and ECMAScript share.
  ///   - endsAtLines: whether `^` and `$` are the ends of lines (Oniguruma), not of the text.
  ///   - mostInstructions: a longer program is refused.
  package init(
    _ text: String, endsAtLines: Bool, mostInstructions: Int = 20_000
  ) throws(TokenizerError) {
    self.text = text
    program = try PatternProgram(
      PatternParser.node(of: text, endsAtLines: endsAtLines), most: mostInstructions)
  }

  package static func == (left: Pattern, right: Pattern) -> Bool { left.text == right.text }

  package var description: String { text }

  /// Whether the first match begins where the text does; an empty text has none.
  package func fits(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe matches(in: text).first?.lowerBound == 0
  }

  func matches(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var matcher = unsafe PatternMatcher(program, text)
    return matcher.matches()
  }
}
