/// Strings of bytes by position, end to end: as many arrays would cost more time than the rest of
/// loading a model.
struct PackedBytes: Sendable {
  private(set) var storage: [UInt8] = []
  private(set) var ends: [Int] = []

  var count: Int { ends.count }

  mutating func reserveCapacity(_ count: Int, bytes: Int) {
    storage.reserveCapacity(bytes)
    ends.reserveCapacity(count)
  }

  mutating func append(_ bytes: some Collection<UInt8>) {
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
  }

  func range(_ position: Int) -> Range<Int> {
    (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  subscript(position: Int) -> ArraySlice<UInt8> { storage[range(position)] }
}
