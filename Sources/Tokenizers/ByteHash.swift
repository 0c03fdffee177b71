/// A hash of bytes for tables that are built from a model's own vocabulary. It is the same in every
/// run, and unlike the standard library's it is not hardened against chosen keys.
enum ByteHash {
  static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var hash = UInt64(truncatingIfNeeded: raw.count) &* 0x9E37_79B9_7F4A_7C15
    var position = 0
    while position + 8 <= raw.count {
      let word = unsafe raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      hash = mixed(hash ^ UInt64(littleEndian: word))
      position += 8
    }
    var rest: UInt64 = 0
    while position < raw.count {
      rest = unsafe rest << 8 | UInt64(raw[position])
      position += 1
    }
    return mixed(hash ^ rest)
  }

  /// The finalizer of SplitMix64.
  static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
