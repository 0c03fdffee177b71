/// A stretch of a rendered conversation.
package struct Segment: Equatable, Sendable {
  package var text: String
  /// The name of a special token, written by a format: it becomes that token. All other text, what
  /// people wrote above all, is never searched for special tokens.
  package var isMarkup: Bool
  /// Part of a reply that the model is to learn.
  package var isTrained: Bool
  /// Part of a text that is encoded in one piece with what stands beside it, as transformers encodes what
  /// a template writes. Tokens that have a part of what is learnt are learnt.
  package var isRun: Bool

  package init(
    _ text: String, isMarkup: Bool = false, isTrained: Bool = false, isRun: Bool = false
  ) {
    self.text = text
    self.isMarkup = isMarkup
    self.isTrained = isTrained
    self.isRun = isRun
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
    var segments = segments[...]
    while let segment = segments.first {
      guard !segment.isRun else {
        flush()
        pending = Segment("")
        let run = segments.prefix(while: \.isRun)
        encode(run: run, into: &result)
        segments = segments[run.endIndex...]
        continue
      }
      segments.removeFirst()
      if segment.text.isEmpty { continue }
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

  /// Encodes segments in one piece.
  private func encode(run: ArraySlice<Segment>, into result: inout MarkedTokens) {
    let isMarkup = run.contains(where: \.isMarkup)
    let before = result.tokens
    encode(run.map(\.text).joined(), parseSpecial: isMarkup, into: &result.tokens)
    var pieces = before
    var ends: [Border] = []
    for segment in run {
      encode(segment.text, parseSpecial: isMarkup, into: &pieces)
      ends.append(Border(count: pieces.count, isWithinToken: false))
    }
    // Mostly the pieces have the tokens of the whole, and so their places.
    if result.tokens != pieces { ends = borders(of: run, isMarkup, after: before, result.tokens) }
    result.trained += [Bool](repeating: false, count: result.tokens.count - before.count)
    var start = before.count
    for (segment, end) in zip(run, ends) {
      if segment.isTrained {
        let last = min(result.tokens.count, end.count + (end.isWithinToken ? 1 : 0))
        for place in start..<max(start, last) { result.trained[place] = true }
      }
      start = end.count
    }
  }

  /// Where each segment ends in the tokens of the whole: a text and what it begins have their first
  /// tokens in common.
  private func borders(
    of run: ArraySlice<Segment>, _ isMarkup: Bool, after before: [Int32], _ tokens: [Int32]
  ) -> [Border] {
    var text = ""
    var borders: [Border] = []
    for segment in run {
      text += segment.text
      var start = before
      encode(text, parseSpecial: isMarkup, into: &start)
      let shared = zip(start, tokens).prefix { $0 == $1 }.count
      let least = borders.last?.count ?? before.count
      borders.append(Border(count: max(least, shared), isWithinToken: shared < start.count))
    }
    return borders
  }
}

/// A place between two segments among the tokens of both.
private struct Border {
  /// The tokens before it.
  var count: Int
  /// Whether the next token begins before it and ends after it.
  var isWithinToken: Bool
}
