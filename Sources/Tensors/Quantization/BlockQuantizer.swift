import CKernels

/// The formats of GGUF files, written as ggml's reference quantizers do (ggml-quants.c).
package enum BlockQuantizer {
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
        let values = unsafe scratch.matrix(1, source.columns).base
        for row in task * 32..<min(source.rows, (task + 1) * 32) {
          unsafe source.dequantize(row: row, into: values)
          unsafe encodeRow(
            values, count: source.columns, format, into: buffer.base + row * rowBytes)
        }
      }
    }
    return unsafe FrozenMatrix(
      format: format, rows: source.rows, columns: source.columns, data: buffer.base,
      rowByteCount: rowBytes, owners: [buffer])
  }

  private static func encodeRow(
    _ values: UnsafePointer<Float>, count: Int, _ format: WeightFormat,
    into output: UnsafeMutableRawPointer
  ) {
    switch format {
    case .bf16:
      unsafe ck_to_bf16(values, count, output.assumingMemoryBound(to: UInt16.self))
    case .f16:
      for index in 0..<count {
        unsafe storeHalf(values[index], at: output + index * 2)
      }
    case .q8_0:
      for block in 0..<count / 32 { unsafe encodeQ8_0(values + block * 32, output + block * 34) }
    case .q4_0:
      for block in 0..<count / 32 { unsafe encodeQ4_0(values + block * 32, output + block * 18) }
    case .q4_1:
      for block in 0..<count / 32 { unsafe encodeQ4_1(values + block * 32, output + block * 20) }
    case .f32:
      unsafe output.copyMemory(from: values, byteCount: count * 4)
    default: preconditionFailure("no quantizer makes \(format.rawValue)")
    }
  }

  private static func encodeQ8_0(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    let scale = unsafe ck_absmax(x, 32) / 127
    let inverse = scale > 0 ? 1 / scale : 0
    unsafe storeHalf(scale, at: output)
    for index in 0..<32 {
      let code = unsafe Int8(code: (x[index] * inverse).rounded(.toNearestOrAwayFromZero))
      unsafe output.storeBytes(of: code, toByteOffset: 2 + index, as: Int8.self)
    }
  }

  private static func encodeQ4_0(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    var extreme: Float = 0
    for index in 0..<32 where unsafe abs(x[index]) > abs(extreme) { extreme = unsafe x[index] }
    let scale = extreme / -8
    let inverse = scale != 0 ? 1 / scale : 0
    unsafe storeHalf(scale, at: output)
    unsafe storeNibbles(at: output + 2) { unsafe nibble(x[$0] * inverse + 8.5) }
  }

  private static func encodeQ4_1(_ x: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer) {
    var low = unsafe x[0]
    var high = unsafe x[0]
    for index in 1..<32 {
      low = unsafe min(low, x[index])
      high = unsafe max(high, x[index])
    }
    let scale = (high - low) / 15
    let inverse = scale != 0 ? 1 / scale : 0
    unsafe storeHalf(scale, at: output)
    unsafe storeHalf(low, at: output + 2)
    unsafe storeNibbles(at: output + 4) { unsafe nibble((x[$0] - low) * inverse + 0.5) }
  }

  private static func storeNibbles(
    at output: UnsafeMutableRawPointer, _ code: (Int) -> UInt8
  ) {
    for index in 0..<16 {
      unsafe output.storeBytes(
        of: code(index) | code(index + 16) << 4, toByteOffset: index, as: UInt8.self)
    }
  }

  /// The integer part as a 4-bit code; a NaN (a broken weight) becomes 0.
  private static func nibble(_ value: Float) -> UInt8 {
    value.isNaN ? 0 : UInt8(max(0, min(15, value)))
  }

  private static func storeHalf(_ value: Float, at output: UnsafeMutableRawPointer) {
    unsafe output.storeBytes(of: HalfPrecision.bits(of: value), as: UInt16.self)
  }
}
