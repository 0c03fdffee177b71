/// Base 64 (RFC 4648, part 4).
package enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  package static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let bits = part.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
      for place in 0..<4 {
        let digit = Int(bits >> UInt32(18 - 6 * place) & 63)
        result.append(place > part.count ? UInt8(ascii: "=") : digits[digit])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The bytes that a text stands for; nil where it is none.
  package static func decode(_ text: String) -> [UInt8]? {
    let all = Array(text.utf8)
    let end = UInt8(ascii: "=")
    let count = all.count - all.reversed().prefix(2).prefix { $0 == end }.count
    guard all.count % 4 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(count * 3 / 4)
    var (bits, width): (UInt32, Int) = (0, 0)
    for digit in all[..<count] {
      guard let value = values[Int(digit)] else { return nil }
      bits = bits << 6 | UInt32(value)
      width += 6
      guard width >= 8 else { continue }
      width -= 8
      result.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
    }
    return result
  }
}
