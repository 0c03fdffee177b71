/// The tokens of a model: the bytes that each id stands for, and the id of some bytes.
///
/// Ids are positions.
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

  /// As the encoder finds them.
  private var keys = PackedBytes()
  /// As text that is decoded has them; nil where the keys are that text.
  private var texts: PackedBytes?
  private var kinds: [Kind] = []
  private var areFound: [Bool] = []
  /// Open addressing over the tokens that are found. A power of two, at most half full.
  private var slots: [Slot] = []

  /// The id + 1 of a token, or 0 for a free place, with a part of the hash of its bytes, so that
  /// other tokens' bytes are hardly ever looked at.
  private struct Slot {
    var successor: UInt32 = 0
    var tag: UInt32 = 0
  }

  /// The most tokens: larger than any vocabulary, small enough to allocate for.
  package static let limit = 1 << 22

  /// The first token that is found by its bytes, and another one has already; nil if there is none.
  package private(set) var repeated: Int32?

  package init() {}

  package var count: Int { keys.count }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    for part in [keys, texts].compactMap({ $0 }) {
      unsafe part.storage.withUnsafeBytes(body)
      unsafe part.ends.withUnsafeBytes(body)
    }
    unsafe kinds.map(\.rawValue).withUnsafeBytes(unsafe body)
  }

  package mutating func reserveCapacity(_ count: Int, bytes: Int) {
    keys.reserveCapacity(count, bytes: bytes)
    kinds.reserveCapacity(count)
    areFound.reserveCapacity(count)
    growSlots(toHold: count)
  }

  /// Adds the token with the next id. Of tokens with the same bytes the first is found by `id(of:)`.
  ///
  /// - Parameter isFound: whether it is found at all; if not said, where it is text.
  package mutating func append(
    _ bytes: UnsafeBufferPointer<UInt8>, kind: Kind, isFound: Bool? = nil
  ) {
    let isFound = isFound ?? (kind == .normal || kind == .byte)
    let id = UInt32(truncatingIfNeeded: count)
    unsafe keys.append(bytes)
    kinds.append(kind)
    areFound.append(isFound)
    guard isFound else { return }
    if count * 2 > slots.count { return growSlots(toHold: count * 2) }
    unsafe insert(bytes, id)
  }

  package mutating func append(_ bytes: [UInt8], kind: Kind, isFound: Bool? = nil) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0, kind: kind, isFound: isFound) }
  }

  /// Says how each token reads as text, where that is not how the encoder finds it.
  mutating func setTexts(_ text: (Int32, ArraySlice<UInt8>, Kind) -> [UInt8]) {
    var texts = PackedBytes()
    texts.reserveCapacity(count, bytes: keys.storage.count)
    for position in 0..<count {
      texts.append(text(Int32(truncatingIfNeeded: position), keys[position], kinds[position]))
    }
    self.texts = texts
  }

  /// The bytes of a token as text; empty for an id that is not in the vocabulary.
  package func bytes(of id: Int32) -> ArraySlice<UInt8> {
    guard let position = position(of: id) else { return [] }
    return texts?[position] ?? keys[position]
  }

  /// The bytes of a token as the encoder finds it; empty for an id that is not in the vocabulary.
  package func key(of id: Int32) -> ArraySlice<UInt8> {
    position(of: id).map { keys[$0] } ?? []
  }

  /// What a token is for; nil for an id that is not in the vocabulary.
  package func kind(of id: Int32) -> Kind? {
    position(of: id).map { kinds[$0] }
  }

  /// The token of exactly these bytes, among those that are found.
  package func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard !slots.isEmpty else { return nil }
    let successor = unsafe slots[place(of: bytes, ByteHash.of(bytes))].successor
    return successor == 0 ? nil : Int32(truncatingIfNeeded: successor - 1)
  }

  package func id(of bytes: some Sequence<UInt8>) -> Int32? {
    unsafe Array(bytes).withUnsafeBufferPointer { unsafe id(of: $0) }
  }

  private func position(of id: Int32) -> Int? {
    let position = Int(id)
    return kinds.indices.contains(position) ? position : nil
  }

  /// Where the token of these bytes is in `slots`, or the free place where it would be.
  private func place(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].successor != 0 {
      if slots[place].tag == tag {
        let range = keys.range(Int(slots[place].successor - 1))
        if range.count == bytes.count, unsafe matches(bytes, at: range.lowerBound) { break }
      }
      place = (place + 1) & mask
    }
    return place
  }

  private func matches(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    for offset in 0..<bytes.count where unsafe keys.storage[start + offset] != bytes[offset] {
      return false
    }
    return true
  }

  private mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ id: UInt32) {
    let hash = unsafe ByteHash.of(bytes)
    let place = unsafe place(of: bytes, hash)
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
    unsafe keys.storage.withUnsafeBufferPointer { all in
      for position in kinds.indices where areFound[position] {
        unsafe insert(
          UnsafeBufferPointer(rebasing: all[keys.range(position)]),
          UInt32(truncatingIfNeeded: position))
      }
    }
  }
}
