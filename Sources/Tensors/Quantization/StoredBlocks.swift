import CKernels

/// The formats of GGUF files, written as ggml's reference quantizers do (ggml-quants.c).
package enum StoredBlocks {
  static func encode(
    _ source: FrozenMatrix, format: WeightFormat, with compute: Compute
  ) -> FrozenMatrix {
    guard let rowBytes = format.rowByteCount(columns: source.columns) else {
      preconditionFailure("\(source.columns) columns in \(format.rawValue)")
    }
    let buffer = RawBuffer(byteCount: source.rows * rowBytes)
    compute.pool.run((source.rows + 31) / 32) { task, worker in
      let scratch = compute.scratch(of: worker)
      scratch.scoped {
        let values = scratch.matrix(1, source.columns).base
        for row in task * 32..<min(source.rows, (task + 1) * 32) {
          source.dequantize(row: row, into: values)
          encodeRow(values, count: source.columns, format, into: buffer.base + row * rowBytes)
        }
      }
    }
    return FrozenMatrix(
      format: format, rows: source.rows, columns: source.columns, data: buffer.base,
      rowByteCount: rowBytes, owners: [buffer])
  }

  private static func encodeRow(
    _ values: UnsafePointer<Float>, count: Int, _ format: WeightFormat,
    into output: UnsafeMutableRawPointer
  ) {
    switch format {
    case .bf16:
      ck_to_bf16(values, count, output.assumingMemoryBound(to: UInt16.self))
    case .f16:
      for index in 0..<count {
        storeHalf(values[index], at: output + index * 2)
      }
    case .q8_0:
      for block in 0..<count / 32 { encodeQ8_0(values + block * 32, output + block * 34) }
    case .q4_0:
      for block in 0..<count / 32 { encodeQ4_0(values + block * 32, output + block * 18) }
    case .q4_1:
      for block in 0..<count / 32 { encodeQ4_1(values + block * 32, output + block * 20) }
    case .f32:
      output.copyMemory(from: values, byteCount: count * 4)
    default: preconditionFailure("no quantizer makes \(format.rawValue)")
    }
  }

  private static func encodeQ8_0(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    let scale = ck_absmax(x, 32) / 127
    let inverse = scale > 0 ? 1 / scale : 0
    storeHalf(scale, at: output)
    for index in 0..<32 {
      let code = Int8(code: (x[index] * inverse).rounded(.toNearestOrAwayFromZero))
      output.storeBytes(of: code, toByteOffset: 2 + index, as: Int8.self)
    }
  }

  private static func encodeQ4_0(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    var extreme: Float = 0
    for index in 0..<32 where abs(x[index]) > abs(extreme) { extreme = x[index] }
    let scale = extreme / -8
    let inverse = scale != 0 ? 1 / scale : 0
    storeHalf(scale, at: output)
    storeNibbles(at: output + 2) { nibble(x[$0] * inverse + 8.5) }
  }

  private static func encodeQ4_1(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    var low = x[0]
    var high = x[0]
    for index in 1..<32 {
      low = min(low, x[index])
      high = max(high, x[index])
    }
    let scale = (high - low) / 15
    let inverse = scale != 0 ? 1 / scale : 0
    storeHalf(scale, at: output)
    storeHalf(low, at: output + 2)
    storeNibbles(at: output + 4) { nibble((x[$0] - low) * inverse + 0.5) }
  }

  private static func storeNibbles(
    at output: UnsafeMutableRawPointer, _ code: (Int) -> UInt8
  ) {
    for index in 0..<16 {
      output.storeBytes(
        of: code(index) | code(index + 16) << 4, toByteOffset: index, as: UInt8.self)
    }
  }

  /// The integer part as a 4-bit code; a NaN (a broken weight) becomes 0.
  private static func nibble(_ value: Float) -> UInt8 {
    value.isNaN ? 0 : UInt8(max(0, min(15, value)))
  }

  private static func storeHalf(_ value: Float, at output: UnsafeMutableRawPointer) {
    output.storeBytes(of: HalfPrecision.bits(of: value), as: UInt16.self)
  }
}
