/// The tokens of short words of few tokens, which most words of a text are: each in one place of half a cache
/// line, found and compared as two numbers.
///
/// A table with one place a hash: a word whose place is taken replaces the other.
struct ShortWordCache: Sendable {
  /// The bytes of a word of at most 15 bytes, zeros after them, and how many they are.
  struct Key: Equatable, Sendable {
    fileprivate var low: UInt64 = 0
    fileprivate var high: UInt64 = 0

    /// Nil for a word that is empty or longer.
    init?(_ word: UnsafeBufferPointer<UInt8>) {
      let raw = UnsafeRawBufferPointer(word)
      let count = raw.count
      // Loads of the first and of the last bytes overlap, and give what they share the same place.
      switch count {
      case 8...15:
        unsafe low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
        let last = unsafe raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        high = UInt64(littleEndian: last) >> UInt64(8 * (16 - count))
      case 4...7:
        let first = unsafe UInt32(littleEndian: raw.loadUnaligned(as: UInt32.self))
        let last = unsafe raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
        low = UInt64(first) | UInt64(UInt32(littleEndian: last)) << UInt64(8 * (count - 4))
      case 1...3:
        for place in 0..<count { low |= unsafe UInt64(raw[place]) << UInt64(8 * place) }
      default: return nil
      }
      high |= UInt64(count) << 56
    }

    fileprivate var place: Int {
      let mixed = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xBF58_476D_1CE4_E5B9
      return Int(truncatingIfNeeded: (mixed ^ mixed >> 32) >> (64 - ShortWordCache.placeBits))
    }
  }

  private struct Entry {
    /// A word has at least one byte: no word's.
    var low: UInt64 = 0
    var high: UInt64 = 0
    var first: Int32 = 0
    var second: Int32 = 0
    var third: Int32 = 0
    var count: Int32 = 0
  }

  private static let placeBits = 15

  private var entries: [Entry] = []

  /// Appends the tokens of a word to `output`; false where they are not known.
  func append(_ key: Key, to output: inout [Int32]) -> Bool {
    guard !entries.isEmpty else { return false }
    let entry = entries[key.place]
    guard entry.low == key.low, entry.high == key.high else { return false }
    output.append(entry.first)
    if entry.count > 1 { output.append(entry.second) }
    if entry.count > 2 { output.append(entry.third) }
    return true
  }

  /// Keeps the tokens of a word; false where they are too many, or none.
  mutating func insert(_ key: Key, _ tokens: ArraySlice<Int32>) -> Bool {
    guard (1...3).contains(tokens.count) else { return false }
    if entries.isEmpty { entries = Array(repeating: Entry(), count: 1 << Self.placeBits) }
    let start = tokens.startIndex
    entries[key.place] = Entry(
      low: key.low, high: key.high, first: tokens[start],
      second: tokens.count > 1 ? tokens[start + 1] : 0,
      third: tokens.count > 2 ? tokens[start + 2] : 0,
      count: Int32(truncatingIfNeeded: tokens.count))
    return true
  }
}
