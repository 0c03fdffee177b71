/// SentencePiece's rules of normalizing as llama.cpp follows them for unigram models (`llm_tokenizer_ugm` of
/// src/llama-vocab.cpp): at each place the longest text that a map has, and spaces as U+2581.
package struct SpacedNormalizer: Equatable, Sendable {
  private let map: CharacterMap?
  private let prefixesSpace: Bool
  private let mergesSpaces: Bool

  /// - Parameters:
  ///   - map: what characters become; nil leaves them.
  ///   - prefixesSpace: whether a space comes before the first word.
  ///   - mergesSpaces: whether there is one space before each word, and none elsewhere.
  package init(map: CharacterMap?, prefixesSpace: Bool, mergesSpaces: Bool) {
    self.map = map
    self.prefixesSpace = prefixesSpace
    self.mergesSpaces = mergesSpaces
  }

  /// Whether a word that begins a text has a space before it.
  package var prefixes: Bool { prefixesSpace || mergesSpaces }

  func applied(to text: [UInt8], isOpening: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 16)
    var isInWord = !isOpening
    var isPrefixed = !prefixesSpace || !isOpening
    for byte in mapped(text) {
      guard byte == UInt8(ascii: " ") else {
        if !isInWord, mergesSpaces || !isPrefixed {
          result += Metaspace.standard
          isPrefixed = true
        }
        isInWord = true
        result.append(byte)
        continue
      }
      isInWord = false
      if !mergesSpaces { result += Metaspace.standard }
    }
    return result
  }

  private func mapped(_ text: [UInt8]) -> [UInt8] {
    guard let map else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if let (count, replacement) = map.longestPrefix(of: text[place...]) {
        result += replacement
        place += count
        continue
      }
      let end = min(place + UTF8Scalars.length(of: text[place]), text.count)
      result += text[place..<end]
      place = end
    }
    return result
  }
}
