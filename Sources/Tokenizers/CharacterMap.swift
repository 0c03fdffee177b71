/// SentencePiece's compiled normalizer: what characters become, found in a double array (Aoe, 1989) as Darts-clone
/// writes it (`precompiled_charsmap`).
package struct CharacterMap: Equatable, Sendable {
  private let units: [UInt32]
  /// The replacements, each ended by 0.
  private let texts: [UInt8]

  /// Nil where the bytes are no such map.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    let size = bytes[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size > 0, size % 4 == 0, size <= bytes.count - 4 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map { place in
      bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    texts = Array(bytes[(4 + size)...])
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int((unit >> 10) << ((unit & 1 << 9) >> 6))
  }

  /// What stands for the first characters of `text` that the map has; nil where it has none.
  func replacement(of text: some Collection<UInt8>) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    forEachPrefix(of: text) { _, replacement in
      found = replacement
      return false
    }
    return found
  }

  /// The most of the beginning of `text` that the map has, and what stands for it; nil where it has none.
  func longestPrefix(
    of text: some Collection<UInt8>
  ) -> (count: Int, replacement: ArraySlice<UInt8>)? {
    var found: (count: Int, replacement: ArraySlice<UInt8>)?
    forEachPrefix(of: text) {
      found = ($0, $1)
      return true
    }
    return found
  }

  /// Calls `body` with the bytes of each prefix that the map has, shorter ones first, until it gives false.
  private func forEachPrefix(
    of text: some Collection<UInt8>, _ body: (Int, ArraySlice<UInt8>) -> Bool
  ) {
    var node = Self.offset(units[0])
    for (place, byte) in text.enumerated() where byte != 0 {
      node ^= Int(byte)
      guard units.indices.contains(node) else { return }
      let unit = units[node]
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return }
      node ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard units.indices.contains(node) else { return }
      let start = Int(units[node] & (1 << 31 - 1))
      guard start < texts.count else { return }
      if !body(place + 1, texts[start...].prefix { $0 != 0 }) { return }
    }
  }

  /// Each short cluster of characters by what the map has for its beginning, others character by character, as Hugging
  /// Face's library does.
  func applied(to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for cluster in String(decoding: text, as: UTF8.self) {
      let bytes = cluster.utf8
      if bytes.count < 6, let replacement = replacement(of: bytes) {
        result += replacement
        continue
      }
      for scalar in cluster.unicodeScalars {
        let bytes = UTF8.encode(scalar).map(Array.init) ?? []
        result += replacement(of: bytes) ?? bytes[...]
      }
    }
    return result
  }
}
