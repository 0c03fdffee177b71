import Tensors
import Testing

/// Weights that are no numbers are found in the bytes of a file as decoding would find them.
@Suite struct WeightFinitenessTests {
  private static let (rows, columns) = (3, 256)

  private func decodesToNumbers(_ bytes: UnsafeRawBufferPointer, _ format: WeightFormat) throws
    -> Bool
  {
    let matrix = FrozenMatrix(
      format: format, rows: Self.rows, columns: Self.columns, data: try #require(bytes.baseAddress),
      rowByteCount: bytes.count / Self.rows, owners: [])
    var values = [Float](repeating: 0, count: Self.columns)
    return (0..<Self.rows).allSatisfy { row in
      values.withUnsafeMutableBufferPointer { buffer in
        if let output = buffer.baseAddress { matrix.dequantize(row: row, into: output) }
      }
      return values.allSatisfy(\.isFinite)
    }
  }

  @Test(arguments: WeightFormat.stored)
  func `each bit pattern of a place is judged as its decoded numbers are`(
    format: WeightFormat
  ) throws {
    let count = try #require(format.rowByteCount(columns: Self.columns)) * Self.rows
    var verdicts: Set<Bool> = []
    for place in stride(from: 0, to: count - 1, by: 3) {
      for pattern in [0x7C00, 0xFC01, 0x7BFF, 0x7F80, 0xFFC0, 0xFFFF] as [UInt16] {
        for others: UInt8 in [0x11, 0xFF] {
          var bytes = [UInt8](repeating: 0x11, count: count)
          let block = place / format.byteCount * format.byteCount
          for other in block..<block + format.byteCount { bytes[other] = others }
          bytes[place] = UInt8(truncatingIfNeeded: pattern)
          bytes[place + 1] = UInt8(truncatingIfNeeded: pattern >> 8)
          try bytes.withUnsafeBytes { buffer in
            let expected = try decodesToNumbers(buffer, format)
            #expect(format.isFinite(buffer) == expected, "\(format) \(place) \(pattern)")
            verdicts.insert(expected)
          }
        }
      }
    }
    // NVFP4 has no bits for what is no number
    #expect(verdicts == (format.rawValue == "nvfp4" ? [true] : [true, false]))
  }
}
