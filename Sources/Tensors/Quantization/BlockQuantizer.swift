import CKernels

/// The formats of GGUF files, written as llama.cpp's quantizer does without a matrix of importance.
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
    case .f32:
      unsafe output.copyMemory(from: values, byteCount: count * 4)
    case .bf16:
      unsafe ck_to_bf16(values, count, output.assumingMemoryBound(to: UInt16.self))
    case .f16:
      for index in 0..<count {
        unsafe storeHalf(values[index], at: output + index * 2)
      }
    default:
      precondition(format.isEncodedInBlocks, "no quantizer makes \(format.rawValue)")
      unsafe ck_encode_blocks(format.kernelFormat, values, count, output)
    }
  }

  private static func storeHalf(_ value: Float, at output: UnsafeMutableRawPointer) {
    unsafe output.storeBytes(of: HalfPrecision.bits(of: value), as: UInt16.self)
  }
}
