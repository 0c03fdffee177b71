import Tokenizers

/// Turns tokens into text as they come, and holds back what may be the start of a stop string.
///
/// Stop strings are found by their bytes: to Swift's Characters CR LF is one, and so is a letter with a
/// combining mark, so that they would hide there.
package struct ReplyPrinter {
  private var bytes: [UInt8] = []
  private var decoder: StreamingDecoder
  private let stops: [[UInt8]]
  /// The bytes that were given out, and those that no stop string can begin in any more.
  private var printed = 0
  private var searched = 0
  private var isStopped = false

  /// - Parameter prompt: what the reply goes on from.
  package init(tokenizer: Tokenizer, stops: [String], after prompt: [Int32]) {
    decoder = StreamingDecoder(tokenizer, at: tokenizer.place(after: prompt))
    self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) }
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The text that can be shown now, and whether a stop string ended the reply.
  package mutating func append(_ token: Int32) -> (text: String, isStopped: Bool) {
    add(decoder.append(token))
    return (unprinted(upTo: isStopped ? bytes.count : wholeCharacters), isStopped)
  }

  /// What is left at the end.
  package mutating func finish() -> String {
    if !isStopped { add(decoder.finish()) }
    return unprinted(upTo: bytes.count)
  }

  private mutating func add(_ text: String) {
    bytes += Array(text.utf8)
    let found = stops.compactMap { firstRange(of: $0, in: bytes, from: searched)?.lowerBound }
    if let end = found.min() {
      bytes.removeSubrange(end...)
      isStopped = true
    }
    searched = max(0, bytes.count - (stops.map(\.count).max() ?? 0))
  }

  /// The bytes up to what may begin a stop string, without a character that it would cut.
  private var wholeCharacters: Int {
    var held = 0
    for stop in stops {
      for length in stride(from: min(stop.count - 1, bytes.count), to: held, by: -1)
      where bytes.suffix(length).elementsEqual(stop.prefix(length)) {
        held = length
        break
      }
    }
    return bytes.count - held
  }

  private mutating func unprinted(upTo end: Int) -> String {
    guard end > printed else { return "" }
    defer { printed = end }
    return String(decoding: bytes[printed..<end], as: UTF8.self)
  }
}
