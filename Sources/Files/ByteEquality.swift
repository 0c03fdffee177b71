extension UnsafeBufferPointer<UInt8> {
  /// Whether both are the same bytes. `elementsEqual` says so too, and takes ten times as long.
  package func hasBytes(of other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for place in 0..<count where unsafe self[place] != other[place] { return false }
    return true
  }
}

extension String {
  /// Whether both are the same bytes; `==` also takes other spellings of a character for the same.
  func hasBytes(of other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return unsafe other.utf8.withContiguousStorageIfAvailable { unsafe hasBytes(of: $0) }
      ?? utf8.elementsEqual(other.utf8)
  }

  func hasBytes(of other: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe utf8.withContiguousStorageIfAvailable { unsafe $0.hasBytes(of: other) }
      ?? utf8.elementsEqual(other)
  }
}
