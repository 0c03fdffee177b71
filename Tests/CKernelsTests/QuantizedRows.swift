import CKernels

/// Rows as int8, in memory of their own.
struct QuantizedRows {
  private(set) var codes: [Int8]
  private(set) var scales: [Float]
  private(set) var sums: [Float]
  private(set) var shifts: [Int32]
  let count: Int
  /// Rows that there is room for.
  private let places: Int

  /// - Parameter rows: at most `CK_INT8_ROWS`, of one length.
  init(_ rows: [[Float]]) {
    count = rows.count
    let step = Int(CK_INT8_STEP)
    places = count == 1 ? 1 : (count + step - 1) / step * step
    codes = [Int8](repeating: 0, count: places * rows[0].count)
    scales = [Float](repeating: 0, count: codes.count / 32)
    sums = scales
    shifts = [Int32](repeating: 0, count: scales.count)
    withRows { operand in
      for (index, row) in rows.enumerated() { ck_quantize_row(row, row.count, operand, index) }
    }
  }

  init(codes: [Int8], scales: [Float], sums: [Float]) {
    (self.codes, self.scales, self.sums) = (codes, scales, sums)
    shifts = scales.indices.map { block in
      codes[32 * block..<32 * block + 32].reduce(0) { $0 - 128 * Int32($1) }
    }
    (count, places) = (1, 1)
  }

  mutating func withRows<Result>(_ body: (UnsafePointer<ck_int8_rows>) -> Result) -> Result {
    let (count, places) = (count, places)
    return codes.withUnsafeMutableBufferPointer { codes in
      scales.withUnsafeMutableBufferPointer { scales in
        sums.withUnsafeMutableBufferPointer { sums in
          shifts.withUnsafeMutableBufferPointer { shifts in
            guard let codes = codes.baseAddress, let scales = scales.baseAddress,
              let sums = sums.baseAddress, let shifts = shifts.baseAddress
            else { preconditionFailure("\(count) rows without a column") }
            var rows = ck_int8_rows(
              codes: codes, scales: scales, sums: sums, shifts: shifts, rows: places, used: count)
            return withUnsafePointer(to: &rows, body)
          }
        }
      }
    }
  }

  /// The products with some rows of a matrix, one row of results after the other; nil where the format has
  /// none.
  mutating func products(
    _ matrix: UnsafePointer<ck_matrix>, first: Int, count: Int
  ) -> [Float]? {
    var y = [Float](repeating: .nan, count: self.count * count)
    let isDone = withRows { ck_multiply_int8(matrix, first, count, $0, &y, count) }
    return isDone ? y : nil
  }
}
