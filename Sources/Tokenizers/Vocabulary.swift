/// The tokens of a model: the bytes that each id stands for, and the id of some bytes.
///
/// Ids are positions. All bytes lie end to end, as 49,152 arrays would cost more time than the rest
/// of loading a model.
package struct Vocabulary: Sendable {
  /// What a token is for, with the numbers of GGUF's `tokenizer.ggml.token_type`.
  package enum Kind: UInt8, Sendable {
    /// Text, made by merges.
    case normal = 1
    /// Stands for what cannot be encoded.
    case unknown
    /// A marker that text only gives where markers are looked for: `<|im_start|>`.
    case control
    /// Added by hand; always found in text.
    case userDefined
    /// A hole in the numbering.
    case unused
    /// One byte.
    case byte
  }

  private var storage: [UInt8] = []
  private var ends: [Int] = []
  private var kinds: [Kind] = []
  /// Open addressing over normal tokens. A power of two, at most half full.
  private var slots: [Slot] = []

  /// The id + 1 of a token, or 0 for a free place, with a part of the hash of its bytes, so that
  /// other tokens' bytes are hardly ever looked at.
  private struct Slot {
    var successor: UInt32 = 0
    var tag: UInt32 = 0
  }

  /// The most tokens: larger than any vocabulary, small enough to allocate for.
  package static let limit = 1 << 22

  /// The first normal token whose bytes another one has already; nil if there is none.
  package private(set) var repeated: Int32?

  package init() {}

  package var count: Int { ends.count }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    storage.withUnsafeBytes(body)
    ends.withUnsafeBytes(body)
    kinds.map(\.rawValue).withUnsafeBytes(body)
  }

  package mutating func reserveCapacity(_ count: Int, bytes: Int) {
    storage.reserveCapacity(bytes)
    ends.reserveCapacity(count)
    kinds.reserveCapacity(count)
    growSlots(toHold: count)
  }

  /// Adds the token with the next id. Of normal tokens with the same bytes the first is found by
  /// `id(of:)`.
  package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, kind: Kind) {
    let id = UInt32(truncatingIfNeeded: count)
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
    kinds.append(kind)
    guard kind == .normal || kind == .byte else { return }
    if count * 2 > slots.count { return growSlots(toHold: count * 2) }
    insert(bytes, id)
  }

  package mutating func append(_ bytes: [UInt8], kind: Kind) {
    bytes.withUnsafeBufferPointer { append($0, kind: kind) }
  }

  /// The bytes of a token; empty for an id that is not in the vocabulary.
  package func bytes(of id: Int32) -> ArraySlice<UInt8> {
    guard let position = position(of: id) else { return [] }
    return storage[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
  }

  /// What a token is for; nil for an id that is not in the vocabulary.
  package func kind(of id: Int32) -> Kind? {
    position(of: id).map { kinds[$0] }
  }

  /// The normal token of exactly these bytes.
  package func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard !slots.isEmpty else { return nil }
    let successor = slots[place(of: bytes, ByteHash.of(bytes))].successor
    return successor == 0 ? nil : Int32(truncatingIfNeeded: successor - 1)
  }

  package func id(of bytes: [UInt8]) -> Int32? {
    bytes.withUnsafeBufferPointer { id(of: $0) }
  }

  private func position(of id: Int32) -> Int? {
    let position = Int(id)
    return ends.indices.contains(position) ? position : nil
  }

  /// Where the token of these bytes is in `slots`, or the free place where it would be.
  private func place(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].successor != 0 {
      if slots[place].tag == tag {
        let position = Int(slots[place].successor - 1)
        let start = position == 0 ? 0 : ends[position - 1]
        if ends[position] - start == bytes.count, matches(bytes, at: start) { break }
      }
      place = (place + 1) & mask
    }
    return place
  }

  private func matches(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    for offset in 0..<bytes.count where storage[start + offset] != bytes[offset] { return false }
    return true
  }

  private mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ id: UInt32) {
    let hash = ByteHash.of(bytes)
    let place = place(of: bytes, hash)
    guard slots[place].successor == 0 else {
      repeated = repeated ?? Int32(truncatingIfNeeded: id)
      return
    }
    slots[place] = Slot(successor: id + 1, tag: UInt32(truncatingIfNeeded: hash >> 32))
  }

  private mutating func growSlots(toHold capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
    storage.withUnsafeBufferPointer { all in
      for position in ends.indices where kinds[position] == .normal || kinds[position] == .byte {
        let start = position == 0 ? 0 : ends[position - 1]
        insert(
          UnsafeBufferPointer(rebasing: all[start..<ends[position]]),
          UInt32(truncatingIfNeeded: position))
      }
    }
  }
}
