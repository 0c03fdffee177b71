/// The tokens of words met before that a `ShortWordCache` does not hold.
///
/// A table with one place a hash: a word whose place is taken replaces the other. When the words
/// and tokens have grown to their limit, all are forgotten.
struct WordCache: Sendable {
  private struct Entry {
    var hash: UInt64 = 0
    var wordStart: UInt32 = 0
    var tokenStart: UInt32 = 0
    var wordCount: UInt8 = 0
    var tokenCount: UInt8 = 0
  }

  private static let placeCount = 1 << 14
  /// Longer words are rare, and cost less to encode than to keep.
  private static let longestWord = 64
  private static let byteLimit = 1 << 20

  private var entries: [Entry] = []
  private var words: [UInt8] = []
  private var tokens: [Int32] = []

  /// Appends the tokens of `word` to `output`; false where they are not known.
  func append(
    _ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64, to output: inout [Int32]
  ) -> Bool {
    guard !entries.isEmpty else { return false }
    let entry = entries[Int(truncatingIfNeeded: hash) & (Self.placeCount - 1)]
    guard entry.hash == hash, Int(entry.wordCount) == word.count, unsafe matches(word, entry) else {
      return false
    }
    let start = Int(entry.tokenStart)
    for position in start..<start + Int(entry.tokenCount) { output.append(tokens[position]) }
    return true
  }

  mutating func insert(
    _ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ wordTokens: ArraySlice<Int32>
  ) {
    guard word.count <= Self.longestWord, !wordTokens.isEmpty else { return }
    if entries.isEmpty || words.count > Self.byteLimit { clear() }
    entries[Int(truncatingIfNeeded: hash) & (Self.placeCount - 1)] = Entry(
      hash: hash, wordStart: UInt32(words.count), tokenStart: UInt32(tokens.count),
      wordCount: UInt8(word.count), tokenCount: UInt8(wordTokens.count))
    unsafe words.append(contentsOf: word)
    tokens.append(contentsOf: wordTokens)
  }

  private func matches(_ word: UnsafeBufferPointer<UInt8>, _ entry: Entry) -> Bool {
    let start = Int(entry.wordStart)
    for offset in 0..<word.count where unsafe words[start + offset] != word[offset] { return false }
    return true
  }

  private mutating func clear() {
    entries = Array(repeating: Entry(), count: Self.placeCount)
    words.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
  }
}
