/// How SentencePiece's models write a space, as a visible character that is part of the word after
/// it, and where such a character is put before text that does not begin with one.
package struct Metaspace: Equatable, Sendable {
  package enum Prefix: String, Sendable {
    case always, first, never
  }

  /// The character that stands for a space, in UTF-8.
  package var replacement: [UInt8]
  package var prefix: Prefix
  /// Whether text is cut before each of them.
  package var splits: Bool

  /// U+2581, which all known models use.
  package static let standard = Array("\u{2581}".utf8)

  package init(replacement: [UInt8] = standard, prefix: Prefix, splits: Bool) {
    self.replacement = replacement
    self.prefix = prefix
    self.splits = splits
  }

  func applied(to text: UnsafeBufferPointer<UInt8>, at place: TextPlace) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 3)
    let wanted = prefix == .always ? place != .inside : prefix == .first && place == .start
    let space = UInt8(ascii: " ")
    if wanted, unsafe text.first != space, unsafe !text.starts(with: replacement) {
      result.append(contentsOf: replacement)
    }
    for place in text.indices {
      let byte = unsafe text[place]
      if byte == space { result.append(contentsOf: replacement) } else { result.append(byte) }
    }
    return result
  }
}

/// Where a stretch of text stands.
package enum TextPlace: Sendable {
  /// At the very beginning.
  case start
  /// After a marker, or another token that was found by its name.
  case afterToken
  /// After other text that it goes on from.
  case inside
}
