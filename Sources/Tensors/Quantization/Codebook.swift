import CKernels

/// 4-bit block formats that look a value up in a table of 16 and multiply it by the block's absmax:
/// NF4 and FP4 as in QLoRA (arXiv 2305.14314) and bitsandbytes, and plain absmax int4.
package enum Codebook {
  /// Quantiles of a normal distribution, from the QLoRA paper's appendix E.
  package static let nf4: [Float] = [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1,
  ]

  /// bitsandbytes' E2M1 values by code, sign in the top bit.
  package static let fp4: [Float] = [
    0, 0.0625, 8, 12, 4, 6, 2, 3, -0.0, -0.0625, -8, -12, -4, -6, -2, -3,
  ].map { $0 / 12 }

  /// q/7 for q in -8...7; encoding uses -7...7 only.
  package static let int4: [Float] = (0..<16).map { Float($0 - 8) / 7 }

  package static func table(of format: WeightFormat) -> [Float] {
    switch format {
    case .fp4: fp4
    case .int4: int4
    case .nf4: nf4
    default: preconditionFailure("\(format.rawValue) has no table of 16 values")
    }
  }

  static func encode(
    _ source: FrozenMatrix, scheme: QuantizationScheme, with compute: Compute
  ) -> FrozenMatrix {
    precondition(
      scheme.block > 0 && scheme.block % 2 == 0 && source.columns % 2 == 0,
      "\(source.columns) columns in blocks of \(scheme.block)")
    let table = table(of: scheme.format)
    let order = table.indices.sorted { table[$0] < table[$1] }.map { UInt8($0) }
    let columns = source.columns
    let rowBytes = columns / 2
    let blocks = (columns + scheme.block - 1) / scheme.block
    let codes = RawBuffer(byteCount: source.rows * rowBytes)
    let absmax = RawBuffer(byteCount: source.rows * blocks * 4)
    // Each task writes the factors of its rows.
    nonisolated(unsafe) let scales = unsafe absmax.bound(to: Float.self)
    compute.pool.run((source.rows + 31) / 32) { task, worker in
      let scratch = compute.scratch(of: worker)
      scratch.scoped {
        let values = unsafe scratch.matrix(1, columns).base
        for row in task * 32..<min(source.rows, (task + 1) * 32) {
          unsafe source.dequantize(row: row, into: values)
          for block in 0..<blocks {
            let start = block * scheme.block
            let count = min(scheme.block, columns - start)
            let largest = unsafe ck_absmax(values + start, count)
            unsafe scales[row * blocks + block] = largest
            unsafe ck_encode_code4(
              values + start, count, largest, table, order,
              codes.bound(to: UInt8.self) + row * rowBytes + start / 2)
          }
        }
      }
    }
    return matrix(source, scheme, table: table, codes: codes, absmax: absmax, blocks: blocks)
  }

  /// A matrix of codes that are there already.
  ///
  /// - Parameters:
  ///   - codes: two a byte, the first one high; `owner` keeps them alive.
  ///   - table: 16 values.
  ///   - factors: one for each `block` weights; rows are whole blocks.
  package static func matrix(
    _ format: WeightFormat, rows: Int, columns: Int, codes: UnsafeRawPointer, owner: AnyObject,
    table: [Float], factors: [Float], block: Int
  ) -> FrozenMatrix {
    precondition(
      table.count == 16 && columns % block == 0 && factors.count * block == rows * columns,
      "\(factors.count) factors and \(table.count) values for \(rows) rows of \(columns) codes")
    let values = RawBuffer(byteCount: 16 * 4)
    unsafe values.bound(to: Float.self).update(from: table, count: 16)
    let scales = RawBuffer(byteCount: factors.count * 4)
    unsafe scales.bound(to: Float.self).update(from: factors, count: factors.count)
    return unsafe FrozenMatrix(
      format: format, rows: rows, columns: columns, data: codes, rowByteCount: columns / 2,
      factorByteCount: scales.byteCount, owners: [owner, values, scales]
    ) { operand in
      unsafe operand.block = block
      unsafe operand.table = UnsafePointer(values.bound(to: Float.self))
      unsafe operand.scales = UnsafePointer(scales.bound(to: Float.self))
    }
  }

  private static func matrix(
    _ source: FrozenMatrix, _ scheme: QuantizationScheme, table: [Float], codes: RawBuffer,
    absmax: RawBuffer, blocks: Int
  ) -> FrozenMatrix {
    let values = RawBuffer(byteCount: 16 * 4)
    unsafe values.bound(to: Float.self).update(from: table, count: 16)
    let count = source.rows * blocks
    let nested =
      unsafe scheme.isDouble
      ? NestedAbsmax(UnsafeBufferPointer(start: absmax.bound(to: Float.self), count: count)) : nil
    let factors: [AnyObject] = nested.map { [$0] } ?? [absmax]
    return unsafe FrozenMatrix(
      format: scheme.format, rows: source.rows, columns: source.columns, data: codes.base,
      rowByteCount: source.columns / 2, factorByteCount: nested?.byteCount ?? absmax.byteCount,
      owners: [codes, values] + factors
    ) { operand in
      unsafe operand.block = scheme.block
      unsafe operand.table = UnsafePointer(values.bound(to: Float.self))
      if let nested {
        unsafe nested.describe(in: &operand)
      } else {
        unsafe operand.scales = UnsafePointer(absmax.bound(to: Float.self))
      }
    }
  }
}
