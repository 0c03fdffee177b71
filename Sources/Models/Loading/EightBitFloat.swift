import Tensors

/// The numbers that a byte can be.
enum EightBitFloat {
  /// E4M3 without infinities, or E5M2, by code.
  static func values(of type: ElementType) -> [Float] {
    precondition(type == .f8e4m3 || type == .f8e5m2, "\(type.rawValue) is no float of 8 bits")
    return (0...UInt8.max).map { type == .f8e4m3 ? e4m3($0) : e5m2($0) }
  }

  private static func e4m3(_ code: UInt8) -> Float {
    let (exponent, fraction) = (Int(code >> 3 & 15), Float(code & 7))
    guard code & 0x7F != 0x7F else { return .nan }
    let size =
      exponent == 0
      ? Float(sign: .plus, exponent: -9, significand: fraction)
      : Float(sign: .plus, exponent: exponent - 7, significand: 1 + fraction / 8)
    return code & 0x80 == 0 ? size : -size
  }

  private static func e5m2(_ code: UInt8) -> Float {
    let (exponent, fraction) = (Int(code >> 2 & 31), Float(code & 3))
    if exponent == 31 { return fraction == 0 ? (code & 0x80 == 0 ? .infinity : -.infinity) : .nan }
    let size =
      exponent == 0
      ? Float(sign: .plus, exponent: -16, significand: fraction)
      : Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 4)
    return code & 0x80 == 0 ? size : -size
  }
}
