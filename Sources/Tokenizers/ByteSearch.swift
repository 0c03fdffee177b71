import Glibc

/// The first place at or after `start` where `part` stands in `bytes`; an empty part stands anywhere.
/// The time is linear, whatever the bytes are (Knuth, Morris and Pratt, 1977).
package func firstRange(of part: [UInt8], in bytes: [UInt8], from start: Int) -> Range<Int>? {
  guard let first = part.first else { return start..<start }
  guard bytes.count - start >= part.count else { return nil }
  // The length of the longest proper prefix of `part` that ends at each of its places.
  var borders = [Int](repeating: 0, count: part.count)
  var length = 0
  for place in part.indices.dropFirst() {
    while length > 0, part[place] != part[length] { length = borders[length - 1] }
    if part[place] == part[length] { length += 1 }
    borders[place] = length
  }
  length = 0
  var place = start
  while place < bytes.count {
    if length == 0 {
      guard let next = firstPlace(of: first, in: bytes, from: place) else { return nil }
      place = next
    }
    while length > 0, bytes[place] != part[length] { length = borders[length - 1] }
    if bytes[place] == part[length] { length += 1 }
    if length == part.count { return place + 1 - length..<place + 1 }
    place += 1
  }
  return nil
}

private func firstPlace(of byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
  unsafe bytes.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress,
      let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return unsafe UnsafeRawPointer(found) - base
  }
}

extension String {
  /// Whether the first `count` bytes of both are the same; false where one of them has fewer.
  func agrees(with other: String, inFirst count: Int) -> Bool {
    guard utf8.count >= count, other.utf8.count >= count else { return false }
    var (left, right) = (self, other)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return unsafe memcmp(first, second, count) == 0
      }
    }
  }
}
