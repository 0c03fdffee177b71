/// Text to token ids and back, as one model sees it.
package struct Tokenizer: TextEncoder, Sendable {
  package let vocabulary: Vocabulary
  package let specialTokens: SpecialTokens
  package let preTokenizer: PreTokenizer
  /// Whether text is put into Unicode's normal form C first (Qwen 2).
  package let normalizes: Bool
  let encoder: BytePairEncoder
  private let matcher: SpecialTokenMatcher

  /// - Parameters:
  ///   - merges: on ids of the vocabulary.
  ///   - takesWholeWords: whether a word that is a token is taken whole (Llama 3).
  package init(
    vocabulary: Vocabulary, merges: MergeTable, specialTokens: SpecialTokens,
    preTokenizer: PreTokenizer, takesWholeWords: Bool = false, normalizes: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.specialTokens = specialTokens
    self.preTokenizer = preTokenizer
    self.normalizes = normalizes
    encoder = BytePairEncoder(
      vocabulary: vocabulary, merges: merges, unknown: specialTokens.unknown,
      takesWholeWords: takesWholeWords)
    matcher = SpecialTokenMatcher(specialTokens)
  }

  /// The number of ids, special tokens included: valid ids are `0..<vocabularySize`.
  package var vocabularySize: Int { vocabulary.count }

  /// Appends the ids of `text`. Nothing is put before or after it; see `SpecialTokens.opening`.
  package func encode(_ text: String, parseSpecial: Bool, into output: inout [Int32]) {
    var text = text
    text.withUTF8 { buffer in
      encoder.withWorkspace { workspace in
        encode(buffer, parseSpecial, into: &output, &workspace)
      }
    }
  }

  /// The names of special tokens that stand in `text`, each once, in order.
  package func specialNames(in text: String) -> [String] {
    var names: [String] = []
    var text = text
    text.withUTF8 { buffer in
      var start = 0
      while let match = matcher.firstMatch(in: buffer, from: start, parseSpecial: true) {
        let name = piece(match.id)
        if isControl(match.id), !names.contains(name) { names.append(name) }
        start = match.range.upperBound
      }
    }
    return names
  }

  /// How many tokens `text` has.
  package func tokenCount(of text: String, parseSpecial: Bool = false) -> Int {
    encode(text, parseSpecial: parseSpecial).count
  }

  /// The text of `ids`. Bytes that are not UTF-8 become U+FFFD; ids beyond the vocabulary, nothing.
  ///
  /// - Parameter skipSpecial: leaves out control tokens.
  package func decode(_ ids: some Sequence<Int32>, skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids where !skipSpecial || !isControl(id) {
      bytes.append(contentsOf: vocabulary.bytes(of: id))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of one token, for people: half characters become U+FFFD.
  package func piece(_ id: Int32) -> String {
    String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
  }

  /// Whether `id` is a marker that is no part of the text.
  package func isControl(_ id: Int32) -> Bool {
    switch vocabulary.kind(of: id) {
    case .control, .unknown: true
    default: false
    }
  }

  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ parseSpecial: Bool, into output: inout [Int32],
    _ workspace: inout BytePairEncoder.Workspace
  ) {
    var start = 0
    while start < text.count {
      let match = matcher.firstMatch(in: text, from: start, parseSpecial: parseSpecial)
      let end = match?.range.lowerBound ?? text.count
      encodeWords(
        UnsafeBufferPointer(rebasing: text[start..<end]), into: &output, &workspace)
      if let match { output.append(match.id) }
      start = match?.range.upperBound ?? text.count
    }
  }

  private func encodeWords(
    _ text: UnsafeBufferPointer<UInt8>, into output: inout [Int32],
    _ workspace: inout BytePairEncoder.Workspace
  ) {
    guard normalizes, !text.allSatisfy({ $0 < 0x80 }) else {
      preTokenizer.forEachWord(in: text) { encoder.encode($0, into: &output, &workspace) }
      return
    }
    var normalized = String(decoding: text, as: UTF8.self).inNormalFormC
    normalized.withUTF8 { buffer in
      preTokenizer.forEachWord(in: buffer) { encoder.encode($0, into: &output, &workspace) }
    }
  }
}
