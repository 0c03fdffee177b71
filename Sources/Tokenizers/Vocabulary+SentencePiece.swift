extension Vocabulary {
  /// The characters after which a token of several characters has U+2581, the space of SentencePiece's
  /// models: text can be cut before it anywhere else, as no token reaches across.
  package var joiners: Set<UInt32> {
    var joiners: Set<UInt32> = []
    let space = Metaspace.standard
    for id in 0..<Int32(truncatingIfNeeded: count) {
      let key = key(of: id)
      guard key.count > space.count, key.dropFirst().contains(space[0]) else { continue }
      let scalars = Array(String(decoding: key, as: UTF8.self).unicodeScalars)
      for (left, right) in zip(scalars, scalars.dropFirst())
      where right == "\u{2581}" && left != right {
        joiners.insert(left.value)
      }
    }
    return joiners
  }

  /// Whether each byte has a token `<0x00>` to `<0xFF>`.
  package var namesAllBytes: Bool {
    (0...UInt8.max).allSatisfy { id(of: ByteToken.name(of: $0).utf8) != nil }
  }
}
