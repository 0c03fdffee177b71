import CKernels

/// A random frozen matrix of one format, with the meaning of each element worked out in `Double`.
final class FrozenSample {
  static let formats = [CK_F32, CK_F16, CK_BF16, CK_Q8_0, CK_Q4_0, CK_Q4_1, CK_INT8, CK_CODE4]

  let rows: Int
  let columns: Int
  private(set) var values: [Double] = []
  private var bytes: [UInt8] = []
  private var scales: [Float] = []
  private let table: [Float]
  private var nestedCodes: [UInt8] = []
  private let nestedTable: [Float]
  private var nestedScales: [Float] = []
  private let nestedOffset: Float = 0.75
  private let format: ck_format
  private let block: Int
  private let nested: Bool

  init(
    _ format: ck_format, rows: Int, columns: Int, block: Int = 64, nested: Bool = false,
    noise: inout Noise
  ) {
    (self.format, self.rows, self.columns) = (format, rows, columns)
    (self.block, self.nested) = (block, nested && format == CK_CODE4)
    table = noise.values(16)
    nestedTable = noise.values(256)
    fillFactors(&noise)
    for row in 0..<rows { appendRow(row, &noise) }
  }

  func withMatrix<Result>(_ body: (UnsafePointer<ck_matrix>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { bytes in
      guard let data = bytes.baseAddress else { fatalError("an empty sample") }
      return try scales.withUnsafeBufferPointer { scales in
        try table.withUnsafeBufferPointer { table in
          try nestedCodes.withUnsafeBufferPointer { codes in
            try nestedTable.withUnsafeBufferPointer { nestedTable in
              try nestedScales.withUnsafeBufferPointer { nestedScales in
                var matrix = ck_matrix(
                  format: format, rows: rows, columns: columns, data: data,
                  row_bytes: bytes.count / rows, scales: nested ? nil : scales.baseAddress,
                  block: block, table: table.baseAddress, nested_codes: codes.baseAddress,
                  nested_table: nestedTable.baseAddress, nested_scales: nestedScales.baseAddress,
                  nested_offset: nestedOffset)
                return try body(&matrix)
              }
            }
          }
        }
      }
    }
  }

  func value(_ row: Int, _ column: Int) -> Double { values[row * columns + column] }

  private var blocksARow: Int { (columns + block - 1) / block }

  private func fillFactors(_ noise: inout Noise) {
    scales = (0..<rows * blocksARow).map { _ in Float.random(in: 0.1...2, using: &noise) }
    nestedCodes = scales.map { _ in UInt8.random(in: 0...255, using: &noise) }
    nestedScales = noise.values(scales.count / 256 + 1)
  }

  private func absmax(_ row: Int, _ column: Int) -> Double {
    let index = row * blocksARow + column / block
    if !nested { return Double(scales[index]) }
    let code = Double(nestedTable[Int(nestedCodes[index])])
    return code * Double(nestedScales[index / 256]) + Double(nestedOffset)
  }

  private func appendRow(_ row: Int, _ noise: inout Noise) {
    switch format {
    case CK_F32, CK_F16, CK_BF16: appendNumbers(&noise)
    case CK_Q8_0, CK_Q4_0, CK_Q4_1:
      for _ in 0..<columns / 32 { appendBlock(&noise) }
    case CK_INT8:
      for _ in 0..<columns {
        let code = Int8.random(in: -127...127, using: &noise)
        bytes.append(UInt8(bitPattern: code))
        values.append(Double(scales[row]) * Double(code))
      }
    default:
      for column in stride(from: 0, to: columns, by: 2) {
        let byte = UInt8.random(in: 0...255, using: &noise)
        bytes.append(byte)
        values.append(absmax(row, column) * Double(table[Int(byte >> 4)]))
        values.append(absmax(row, column + 1) * Double(table[Int(byte & 15)]))
      }
    }
  }

  private func appendNumbers(_ noise: inout Noise) {
    for value in noise.values(columns) {
      switch format {
      case CK_F32:
        append(value.bitPattern)
        values.append(Double(value))
      case CK_F16:
        let half = HalfPrecision(nearest: value)
        append(half.bits)
        values.append(half.value)
      default:
        append(UInt16(value.roundedToBF16.bitPattern >> 16))
        values.append(Double(value.roundedToBF16))
      }
    }
  }

  private func appendBlock(_ noise: inout Noise) {
    let scale = HalfPrecision(nearest: Float.random(in: 0.01...0.1, using: &noise))
    let minimum = HalfPrecision(nearest: Float.random(in: -0.5...0.5, using: &noise))
    append(scale.bits)
    if format == CK_Q8_0 {
      for _ in 0..<32 {
        let code = Int8.random(in: -128...127, using: &noise)
        bytes.append(UInt8(bitPattern: code))
        values.append(scale.value * Double(code))
      }
      return
    }
    if format == CK_Q4_1 { append(minimum.bits) }
    let packed = (0..<16).map { _ in UInt8.random(in: 0...255, using: &noise) }
    bytes += packed
    for code in packed.map({ $0 & 15 }) + packed.map({ $0 >> 4 }) {
      let value = format == CK_Q4_0 ? Double(code) - 8 : Double(code)
      values.append(scale.value * value + (format == CK_Q4_1 ? minimum.value : 0))
    }
  }

  private func append<Bits: FixedWidthInteger>(_ bits: Bits) {
    withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
  }
}

/// A normal half-precision number: 1 sign bit, 5 bits of exponent (bias 15), 10 of fraction.
struct HalfPrecision {
  let bits: UInt16
  let value: Double

  /// Cuts a number off to 10 bits of fraction; numbers below the smallest normal one become it.
  init(nearest number: Float) {
    let magnitude = max(number.magnitude, 0x1p-14)
    let fraction = UInt16((Double(magnitude.significand) - 1) * 1024)
    let sign: UInt16 = number < 0 ? 1 : 0
    bits = sign << 15 | UInt16(magnitude.exponent + 15) << 10 | fraction
    value =
      (number < 0 ? -1 : 1) * (1 + Double(fraction) / 1024)
      * Double(sign: .plus, exponent: Int(magnitude.exponent), significand: 1)
  }
}
