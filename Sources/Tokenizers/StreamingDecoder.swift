/// Decodes tokens as they are generated, and never gives half a character: bytes that begin one are
/// kept until the rest of it comes.
package struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecial: Bool
  private var pending: [UInt8] = []
  /// Whether what comes next begins a text, so that a space there may be the tokenizer's own.
  private var isOpening: Bool

  /// - Parameter place: where the text stands that is decoded: the beginning of a text, or what follows
  ///   a marker, loses the space that encoding puts there.
  package init(_ tokenizer: Tokenizer, skipsSpecial: Bool = true, at place: TextPlace = .start) {
    self.tokenizer = tokenizer
    self.skipsSpecial = skipsSpecial
    isOpening = place == .start || tokenizer.pipeline.prefixes(at: place)
  }

  /// The text that `id` completes; empty while a character is unfinished.
  package mutating func append(_ id: Int32) -> String {
    if !(skipsSpecial && tokenizer.isControl(id)) {
      pending.append(contentsOf: tokenizer.bytes(of: id, isOpening: isOpening))
      isOpening = false
    }
    let complete = pending.count - Self.unfinishedCount(pending)
    defer { pending.removeFirst(complete) }
    return String(decoding: pending[..<complete], as: UTF8.self)
  }

  /// What is left at the end: an unfinished character as U+FFFD, or nothing.
  package mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character without ending it.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for (count, byte) in bytes.reversed().prefix(3).enumerated() {
      let length =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        case 0x80...0xBF: 0
        default: 1
        }
      if length > 0 { return length > count + 1 ? count + 1 : 0 }
    }
    return 0
  }
}
