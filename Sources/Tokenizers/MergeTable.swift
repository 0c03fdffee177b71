/// Which two neighbouring tokens become one, and how early: a hash table from pairs of ids.
package struct MergeTable: Sendable {
  struct Merge {
    /// Lower ranks merge first.
    var rank: UInt32
    var token: Int32
  }

  private struct Slot {
    var pair: UInt64
    var merge: Merge
  }

  /// No pair of ids, as ids are not negative.
  private static let free = UInt64.max

  /// A power of two, at most half full.
  private var slots: [Slot]
  private var count: UInt32 = 0

  package init(capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = Array(
      repeating: Slot(pair: Self.free, merge: Merge(rank: 0, token: 0)), count: size)
  }

  /// Adds the merge with the next rank; a pair that has one keeps it. The merges must not be more
  /// than the capacity.
  package mutating func append(left: Int32, right: Int32, token: Int32) {
    let rank = count
    count += 1
    let pair = Self.pair(left, right)
    let slot = self.slot(of: pair)
    if slots[slot].pair == Self.free {
      slots[slot] = Slot(pair: pair, merge: Merge(rank: rank, token: token))
    }
  }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    for slot in slots where slot.pair != Self.free {
      unsafe withUnsafeBytes(of: slot.pair.littleEndian, body)
      unsafe withUnsafeBytes(of: slot.merge.rank.littleEndian, body)
      unsafe withUnsafeBytes(of: slot.merge.token.littleEndian, body)
    }
  }

  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let slot = slots[slot(of: Self.pair(left, right))]
    return slot.pair == Self.free ? nil : slot.merge
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(of pair: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.mixed(pair)) & mask
    while slots[slot].pair != pair, slots[slot].pair != Self.free { slot = (slot + 1) & mask }
    return slot
  }
}
