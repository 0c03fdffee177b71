import Tensors

extension FrozenMatrix {
  /// A matrix of a format of GGUF files: random codes under factors that give weights of common size.
  package static func randomBlocks(
    _ format: WeightFormat, rows: Int, columns: Int, _ random: inout RandomGenerator
  ) -> FrozenMatrix {
    guard let rowBytes = format.rowByteCount(columns: columns) else {
      preconditionFailure("\(columns) columns in \(format.rawValue)")
    }
    let buffer = RawBuffer(byteCount: rows * rowBytes)
    let bytes = UnsafeMutableRawBufferPointer(start: buffer.base, count: rows * rowBytes)
    for place in bytes.indices { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
    for start in stride(from: 0, to: bytes.count, by: format.byteCount) {
      for place in format.factorPlaces {
        let factor = 0.01 + 0.01 * random.uniform()
        bytes.storeBytes(
          of: HalfPrecision.bits(of: factor), toByteOffset: start + place, as: UInt16.self)
      }
      setOtherFactors(format, UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
    }
    return FrozenMatrix(
      format: format, rows: rows, columns: columns, data: buffer.base, rowByteCount: rowBytes,
      owners: [buffer])
  }

  /// Of the formats whose factors are no float16 at one place.
  private static func setOtherFactors(
    _ format: WeightFormat, _ block: UnsafeMutableRawBufferPointer
  ) {
    switch format.rawValue {
    case "f32": block.storeBytes(of: Float(Int8(bitPattern: block[0])) / 100, as: Float.self)
    case "bf16": block[1] = block[1] & 0x80 | 0x3E
    case "iq1_m":
      // 0x2410: a sixtieth
      for (place, nibble) in [(49, 0), (51, 1), (53, 4), (55, 2)] {
        block[place] = block[place] & 15 | UInt8(nibble) << 4
      }
    case "mxfp4": block[0] = 120 + block[0] % 4
    case "nvfp4": for place in 0..<4 { block[place] = 8 + block[place] % 16 }
    default: break
    }
  }
}
