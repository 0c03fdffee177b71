/// A stretch of a rendered conversation.
package struct Segment: Equatable, Sendable {
  package var text: String
  /// The name of a special token, written by a format: it becomes that token. All other text, what
  /// people wrote above all, is never searched for special tokens.
  package var isMarkup: Bool
  /// Part of a reply that the model is to learn.
  package var isTrained: Bool

  package init(_ text: String, isMarkup: Bool = false, isTrained: Bool = false) {
    self.text = text
    self.isMarkup = isMarkup
    self.isTrained = isTrained
  }
}

/// Token ids and, of the same length, which of them are to be learnt.
package struct MarkedTokens: Equatable, Sendable {
  package var tokens: [Int32] = []
  package var trained: [Bool] = []
}

extension TextEncoder {
  /// Encodes rendered segments. Plain text that stands together with one train flag is encoded in
  /// one piece; where the flag changes it is encoded apart, so that a prompt has the same tokens
  /// whether its reply is known (training) or not (generation).
  ///
  /// - Parameter begin: the token that every text of this model starts with, if it has one; it is
  ///   put first unless the format already wrote it.
  package func encode(_ segments: [Segment], begin: Int32? = nil) -> MarkedTokens {
    var result = MarkedTokens()
    let byteCount = segments.reduce(0) { $0 + $1.text.utf8.count }
    result.tokens.reserveCapacity(byteCount / 2)
    result.trained.reserveCapacity(byteCount / 2)
    var pending = Segment("")
    func flush() {
      guard !pending.text.isEmpty else { return }
      let start = result.tokens.count
      encode(pending.text, parseSpecial: pending.isMarkup, into: &result.tokens)
      let added = result.tokens.count - start
      result.trained.append(contentsOf: repeatElement(pending.isTrained, count: added))
    }
    for segment in segments where !segment.text.isEmpty {
      let joins =
        !segment.isMarkup && !pending.isMarkup && segment.isTrained == pending.isTrained
      if joins {
        pending.text += segment.text
      } else {
        flush()
        pending = segment
      }
    }
    flush()
    if let begin, result.tokens.first != begin {
      result.tokens.insert(begin, at: 0)
      result.trained.insert(false, at: 0)
    }
    return result
  }
}
