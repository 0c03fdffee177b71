import CKernels

/// Absmax int8 with one factor a row: q = round(x · 127/absmax), x ≈ q · absmax/127 (LLM.int8's
/// vector-wise scheme, arXiv 2208.07339; ties to even as torch.round).
package enum RowInt8 {
  static func encode(_ source: FrozenMatrix, with compute: Compute) -> FrozenMatrix {
    let columns = source.columns
    let codes = RawBuffer(byteCount: source.rows * columns)
    let scales = RawBuffer(byteCount: source.rows * 4)
    compute.pool.run((source.rows + 31) / 32) { task, worker in
      let scratch = compute.scratch(of: worker)
      scratch.scoped {
        let values = unsafe scratch.matrix(1, columns).base
        for row in task * 32..<min(source.rows, (task + 1) * 32) {
          unsafe source.dequantize(row: row, into: values)
          let largest = unsafe ck_absmax(values, columns)
          let factor = largest > 0 ? 127 / largest : 0
          let target = unsafe codes.bound(to: Int8.self) + row * columns
          for index in 0..<columns {
            unsafe target[index] = Int8(
              code: (values[index] * factor).rounded(.toNearestOrEven))
          }
          unsafe scales.bound(to: Float.self)[row] = largest / 127
        }
      }
    }
    return unsafe matrix(
      rows: source.rows, columns: columns, codes: codes.base, owner: codes, scales: scales)
  }

  /// A matrix of codes that are there already.
  ///
  /// - Parameters:
  ///   - codes: `Int8`, kept alive by `owner`.
  ///   - factors: absmax / 127, one a row.
  package static func matrix(
    rows: Int, columns: Int, codes: UnsafeRawPointer, owner: AnyObject, factors: [Float]
  ) -> FrozenMatrix {
    precondition(factors.count == rows, "\(factors.count) factors of \(rows) rows")
    let scales = RawBuffer(byteCount: rows * 4)
    unsafe scales.bound(to: Float.self).update(from: factors, count: rows)
    return unsafe matrix(rows: rows, columns: columns, codes: codes, owner: owner, scales: scales)
  }

  private static func matrix(
    rows: Int, columns: Int, codes: UnsafeRawPointer, owner: AnyObject, scales: RawBuffer
  ) -> FrozenMatrix {
    unsafe FrozenMatrix(
      format: .int8, rows: rows, columns: columns, data: codes, rowByteCount: columns,
      factorByteCount: scales.byteCount, owners: [owner, scales]
    ) { unsafe $0.scales = UnsafePointer(scales.bound(to: Float.self)) }
  }
}

extension Int8 {
  /// A rounded code, limited to -127...127; a NaN (a broken weight) becomes 0.
  init(code: Float) {
    self = code.isNaN ? 0 : Int8(Swift.max(-127, Swift.min(127, code)))
  }
}
