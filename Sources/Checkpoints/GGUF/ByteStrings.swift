/// Many byte strings laid end to end: a vocabulary costs two allocations, not 49,152.
///
/// Tokens are bytes, not `String`s: they need not be UTF-8, and a `String` equals its other
/// normal forms while tokens do not.
package struct ByteStrings: Equatable, Sendable, RandomAccessCollection {
  private var storage: [UInt8] = []
  /// Where each string ends in `storage`.
  private var ends: [Int] = []

  package init() {}

  package init(_ strings: some Sequence<String>) {
    for string in strings { append(Array(string.utf8)) }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { ends.count }

  package subscript(position: Int) -> ArraySlice<UInt8> {
    storage[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
  }

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
  }

  /// Bytes of all strings together.
  package var byteCount: Int { storage.count }

  mutating func reserveCapacity(_ count: Int) {
    ends.reserveCapacity(count)
  }
}
