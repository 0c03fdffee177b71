/// Builds the vocabulary and the merges of a byte-pair model from the texts in its files.
package struct BytePairModel {
  package private(set) var vocabulary = Vocabulary()
  package private(set) var merges = MergeTable(capacity: 0)
  /// Whether each byte is written as a visible character, as GPT-2 does.
  private let isByteLevel: Bool
  private var scratch: [UInt8] = []

  package init(isByteLevel: Bool) {
    self.isByteLevel = isByteLevel
  }

  package mutating func reserveCapacity(tokens: Int, bytes: Int) {
    vocabulary.reserveCapacity(tokens, bytes: bytes)
  }

  /// Adds the token with the next id. The text of a normal token of a byte-level model spells bytes; all
  /// others, and what does not spell any, stand for themselves.
  ///
  /// - Parameter isFound: whether merges may lead to it.
  package mutating func appendToken(
    _ text: ArraySlice<UInt8>, kind: Vocabulary.Kind, isFound: Bool = true
  ) {
    guard isByteLevel else {
      return vocabulary.append(Array(text), kind: kind, isFound: isFound && !text.isEmpty)
    }
    scratch.removeAll(keepingCapacity: true)
    let isSpelled = kind == .normal && ByteLevelAlphabet.decode(text, into: &scratch)
    if !isSpelled {
      scratch.removeAll(keepingCapacity: true)
      scratch.append(contentsOf: text)
    }
    // Merges may also lead to a marker whose name spells itself.
    let isPlain = !text.isEmpty && text.allSatisfy { 0x21...0x7E ~= $0 }
    vocabulary.append(scratch, kind: kind, isFound: isFound && (isSpelled || isPlain))
  }

  /// Makes room for merges, once, before the first.
  package mutating func beginMerges(count: Int) {
    merges = MergeTable(capacity: count)
  }

  /// Adds the merge with the next rank, written as two tokens with a space between.
  package mutating func appendMerge(_ text: ArraySlice<UInt8>) throws(TokenizerError) {
    guard let space = text.dropFirst().firstIndex(of: UInt8(ascii: " ")) else {
      throw TokenizerError(
        "the merge \"\(String(decoding: text, as: UTF8.self))\" is not two tokens with a space")
    }
    try appendMerge(text[..<space], text[(space + 1)...])
  }

  /// Adds the merge with the next rank. The tokens must have been added.
  package mutating func appendMerge(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>
  ) throws(TokenizerError) {
    scratch.removeAll(keepingCapacity: true)
    if spell(left) {
      let middle = scratch.count
      if spell(right), let ids = ids(splitAt: middle) {
        return merges.append(left: ids.left, right: ids.right, token: ids.whole)
      }
    }
    let texts = [left, right].map { String(decoding: $0, as: UTF8.self) }
    throw TokenizerError(
      "the merge of \"\(texts[0])\" and \"\(texts[1])\" needs a token that the vocabulary lacks")
  }

  /// Appends the bytes that a text stands for; false where it stands for none.
  private mutating func spell(_ text: ArraySlice<UInt8>) -> Bool {
    if isByteLevel { return ByteLevelAlphabet.decode(text, into: &scratch) }
    scratch.append(contentsOf: text)
    return true
  }

  /// The tokens of the two parts of the scratch bytes, and of all of them.
  private func ids(splitAt middle: Int) -> (left: Int32, right: Int32, whole: Int32)? {
    unsafe scratch.withUnsafeBufferPointer { bytes in
      guard let left = unsafe vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<middle])),
        let right = unsafe vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[middle...])),
        let whole = unsafe vocabulary.id(of: bytes)
      else { return nil }
      return (left, right, whole)
    }
  }
}
