/// A step that changes text before it is split: the `normalizer` of a tokenizer.json.
package enum Normalizer: Equatable, Sendable {
  case nfc, nfd, nfkc, nfkd
  /// Each character by itself, as Rust's `char::to_lowercase`.
  case lowercase
  case stripAccents
  /// White space at the ends.
  case strip(left: Bool, right: Bool)
  /// Before text that is not empty, where a tokenizer puts its own space.
  case prepend([UInt8])
  case replace([UInt8], with: [UInt8])
  case replacePattern(Pattern, with: [UInt8])
  /// SentencePiece's own rules.
  case precompiled(CharacterMap)
  /// The same with its spaces, as llama.cpp.
  case spaced(SpacedNormalizer)

  /// What becomes of `text`, valid UTF-8.
  ///
  /// - Parameter isOpening: whether the text begins a stretch, and does not go on from other text.
  func applied(to text: [UInt8], isOpening: Bool) -> [UInt8] {
    switch self {
    case .nfc, .nfd, .nfkc, .nfkd, .lowercase, .stripAccents:
      // Of ASCII, only the case can change.
      if self != .lowercase, text.allSatisfy({ $0 < 0x80 }) { return text }
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: normalized(text))
      return Array(String(scalars).utf8)
    case .precompiled(let map): return map.applied(to: text)
    case .spaced(let rules): return rules.applied(to: text, isOpening: isOpening)
    case .strip(let left, let right): return Self.stripped(text, left: left, right: right)
    case .prepend(let prefix): return text.isEmpty || !isOpening ? text : prefix + text
    case .replace(let old, let new): return text.replacing(old, with: new)
    case .replacePattern(let pattern, let new):
      let matches = unsafe text.withUnsafeBufferPointer { unsafe pattern.matches(in: $0) }
      var result: [UInt8] = []
      var start = 0
      for match in matches {
        result += text[start..<match.lowerBound] + new
        start = match.upperBound
      }
      return result + text[start...]
    }
  }

  /// Whether it puts something before a text that begins a stretch.
  var prefixes: Bool {
    switch self {
    case .prepend: true
    case .spaced(let rules): rules.prefixes
    default: false
    }
  }

  /// Whether it can leave out what a text begins with.
  var mayCut: Bool {
    switch self {
    case .strip(left: true, _), .stripAccents: true
    case .replace(_, let new), .replacePattern(_, let new): new.isEmpty
    default: false
    }
  }

  /// Whether it leaves out what `text` begins with.
  func cutsBeginning(of text: [UInt8]) -> Bool {
    guard mayCut else { return false }
    let first = String(decoding: text, as: UTF8.self).unicodeScalars.first
    switch self {
    case .strip: return first.map { CharacterClass($0).isSpace } ?? false
    case .stripAccents: return first.map(CharacterClass.isMark) ?? false
    case .replace(let old, _): return text.starts(with: old)
    case .replacePattern(let pattern, _):
      let matches = unsafe text.withUnsafeBufferPointer { unsafe pattern.matches(in: $0) }
      return matches.first.map { $0.lowerBound == 0 && !$0.isEmpty } ?? false
    default: return false
    }
  }

  private func normalized(_ text: [UInt8]) -> [Unicode.Scalar] {
    let string = String(decoding: text, as: UTF8.self)
    switch self {
    case .nfc: return Array(string.inNormalFormC.unicodeScalars)
    case .nfd: return Array(string.inNormalFormD.unicodeScalars)
    case .nfkc: return Array(string.inNormalFormKC.unicodeScalars)
    case .nfkd: return Array(string.inNormalFormKD.unicodeScalars)
    case .lowercase:
      return string.unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    case .stripAccents:
      return string.unicodeScalars.filter { !CharacterClass.isMark($0) }
    default: return Array(string.unicodeScalars)
    }
  }

  private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    unsafe text.withUnsafeBufferPointer { buffer in
      var (start, end) = (0, buffer.count)
      while left, start < end {
        let next = unsafe UTF8Scalars.scalar(at: start, in: buffer)
        guard CharacterClass(next.scalar).isSpace else { break }
        start += next.length
      }
      while right, end > start {
        let last = unsafe UTF8Scalars.scalar(before: end, in: buffer)
        guard CharacterClass(last.scalar).isSpace else { break }
        end -= last.length
      }
      return unsafe Array(buffer[start..<end])
    }
  }
}

extension [UInt8] {
  /// The bytes with each `old`, from the left and without overlap, replaced by `new`.
  func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    guard let first = old.first else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count + count / 2)
    var position = 0
    while position < count {
      if self[position] == first, count - position >= old.count,
        old.indices.allSatisfy({ self[position + $0] == old[$0] })
      {
        result.append(contentsOf: new)
        position += old.count
      } else {
        result.append(self[position])
        position += 1
      }
    }
    return result
  }
}
