import CKernels
import Testing

@Suite struct DequantizeTests {
  /// One block by hand: the bytes as the format's description reads, the values worked out from it.
  @Test(arguments: KernelTables.names)
  func blocksDecodeAsTheirDescriptionSays(name: String) throws {
    let nibbles = (0..<16).map { UInt8($0) | UInt8(15 - $0) << 4 }
    let half: [UInt8] = [0x00, 0x38]  // 0.5
    let minusTwo: [UInt8] = [0x00, 0xC0]
    let up = (0..<16).map(Float.init)
    let down = Array(up.reversed())
    try expectDecoded(
      name, CK_Q4_0, half + nibbles, (up + down).map { ($0 - 8) * 0.5 })
    try expectDecoded(
      name, CK_Q4_1, half + minusTwo + nibbles, (up + down).map { $0 * 0.5 - 2 })
    let codes = (0..<32).map { Int8($0 * 8 - 128) }
    try expectDecoded(
      name, CK_Q8_0, half + codes.map(UInt8.init(bitPattern:)), codes.map { Float($0) * 0.5 })
  }

  /// Smallest and largest subnormal, smallest normal, largest, infinity, minus zero.
  @Test(arguments: KernelTables.names)
  func halfPrecisionIsReadOverItsWholeRange(name: String) throws {
    let patterns: [UInt16] = [0x0001, 0x03FF, 0x0400, 0x7BFF, 0x7C00, 0x8000, 0xBC00, 0x3555]
    let expected: [Float] = [
      0x1p-24, 0x1.FF8p-15, 0x1p-14, 65504, .infinity, -0.0, -1, 0.33325195,
    ]
    let bytes = (0..<4).flatMap { _ in patterns.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } }
    try expectDecoded(name, CK_F16, bytes, (0..<4).flatMap { _ in expected })
  }

  @Test(arguments: KernelTables.names)
  func everyFormatDecodesWithinTwoRoundings(name: String) throws {
    var noise = Noise(1)
    try KernelTables.with(name) {
      for format in FrozenSample.formats {
        for nested in [false, true] where format == CK_CODE4 || !nested {
          let sample = FrozenSample(
            format, rows: 5, columns: 224, block: 32, nested: nested, noise: &noise)
          for row in 0..<sample.rows {
            for (column, count) in [(0, 224), (32, 96), (64, 38), (192, 30), (96, 2)] {
              var output = [Float](repeating: .nan, count: count + 1)
              sample.withMatrix { ck_dequantize($0, row, column, count, &output) }
              for index in 0..<count {
                let expected = sample.value(row, column + index)
                let bound = 4 * unitRoundoff * max(4, expected.magnitude)
                #expect((Double(output[index]) - expected).magnitude <= bound)
              }
              #expect(output[count].isNaN, "wrote past the end")
            }
          }
        }
      }
    }
  }

  /// Blocks of CODE4 that end inside the 32 elements read at once, and some that are no power of two.
  @Test(arguments: KernelTables.names, [2, 16, 48, 96, 100, 4096])
  func blocksOfAnyEvenSizeHaveTheirOwnFactor(name: String, block: Int) throws {
    var noise = Noise(11)
    try KernelTables.with(name) {
      let sample = FrozenSample(CK_CODE4, rows: 3, columns: 448, block: block, noise: &noise)
      var output = [Float](repeating: 0, count: 416)
      var ones = [Float](repeating: 0, count: 3)
      var x = [Float](repeating: 0, count: 448)
      x[107] = 1
      sample.withMatrix { ck_multiply_vector($0, 0, 3, x, &ones) }
      for row in 0..<3 {
        sample.withMatrix { ck_dequantize($0, row, 32, 416, &output) }
        for index in 0..<416 {
          let expected = sample.value(row, 32 + index)
          #expect((Double(output[index]) - expected).magnitude <= 2 * unitRoundoff)
        }
        #expect((Double(ones[row]) - sample.value(row, 107)).magnitude <= 2 * unitRoundoff)
      }
    }
  }

  private func expectDecoded(
    _ name: String, _ format: ck_format, _ bytes: [UInt8], _ expected: [Float]
  ) throws {
    var output = [Float](repeating: .nan, count: 32)
    try KernelTables.with(name) {
      try bytes.withUnsafeBytes { bytes in
        var matrix = ck_matrix(
          format: format, rows: 1, columns: 32, data: try #require(bytes.baseAddress),
          row_bytes: bytes.count, scales: nil, block: 0, table: nil, nested_codes: nil,
          nested_table: nil, nested_scales: nil, nested_offset: 0)
        ck_dequantize(&matrix, 0, 0, 32, &output)
      }
    }
    #expect(output == expected)
  }
}
