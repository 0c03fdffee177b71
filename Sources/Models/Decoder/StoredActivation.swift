import Tensors

/// An activation kept from the forward to the backward pass: floats, or bfloat16 where products
/// round their operands to that anyway. Tasks may store and read rows apart.
@safe struct StoredActivation: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let rows: Int
  private let columns: Int
  private let precision: Precision

  private var floats: UnsafeMutablePointer<Float> {
    unsafe base.assumingMemoryBound(to: Float.self)
  }
  private var halves: UnsafeMutablePointer<UInt16> {
    unsafe base.assumingMemoryBound(to: UInt16.self)
  }

  /// Room for `[rows, columns]` in the arena of `compute`.
  init(_ rows: Int, _ columns: Int, in compute: Compute) {
    self.rows = rows
    self.columns = columns
    precision = compute.precision
    unsafe base = compute.arena.allocate(byteCount: rows * columns * (precision == .bf16 ? 2 : 4))
  }

  /// Keeps all rows.
  func store(_ x: Matrix, with compute: Compute) {
    precondition(x.rows == rows, "\(x.rows) rows kept where \(rows) are expected")
    compute.forEachBlock(of: rows, grain: 64) { range in store(x.rows(range), at: range.lowerBound)
    }
  }

  /// Keeps `x` as the rows from `first` on.
  func store(_ x: Matrix, at first: Int) {
    precondition(
      x.columns == columns && first >= 0 && first + x.rows <= rows,
      "\(x.rows) × \(x.columns) kept from row \(first) of \(rows) × \(columns)")
    for row in 0..<x.rows {
      let offset = (first + row) * columns
      switch precision {
      case .bf16: unsafe BrainFloat.store(x.row(row), count: columns, to: halves + offset)
      case .f32: unsafe (floats + offset).update(from: x.row(row), count: columns)
      }
    }
  }

  /// The rows of `range` as floats: a view, or a copy in `scratch`.
  func rows(_ range: Range<Int>, in scratch: Arena) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows) kept")
    let offset = range.lowerBound * columns
    guard precision == .bf16 else {
      return unsafe Matrix(base: floats + offset, rows: range.count, columns: columns)
    }
    let result = scratch.matrix(range.count, columns)
    read(range, into: result)
    return result
  }

  /// All values as floats: a view, or a copy in the arena.
  func load(with compute: Compute) -> Matrix {
    guard precision == .bf16 else { return rows(0..<rows, in: compute.arena) }
    let result = compute.arena.matrix(rows, columns)
    load(into: result, with: compute)
    return result
  }

  func load(into result: Matrix, with compute: Compute) {
    precondition(
      result.rows == rows && result.columns == columns,
      "\(rows) × \(columns) kept, asked for as \(result.rows) × \(result.columns)")
    compute.forEachBlock(of: rows, grain: 64) { range in read(range, into: result.rows(range)) }
  }

  private func read(_ range: Range<Int>, into result: Matrix) {
    for (index, row) in range.enumerated() {
      switch precision {
      case .bf16:
        unsafe BrainFloat.load(halves + row * columns, count: columns, to: result.row(index))
      case .f32: unsafe result.row(index).update(from: floats + row * columns, count: columns)
      }
    }
  }
}

extension Norm {
  /// The norm of all rows of `x`, in the arena.
  func forward(_ x: StoredActivation, rows: Int, with compute: Compute) -> Matrix {
    let result = compute.arena.matrix(rows, weight.count)
    compute.forEachBlock(of: rows, grain: 64) { range, scratch in
      forward(x.rows(range, in: scratch), into: result.rows(range))
    }
    return result
  }

  /// Adds the gradient with respect to `x` to `dx`.
  func backward(_ x: StoredActivation, dy: Matrix, into dx: Matrix, with compute: Compute) {
    compute.forEachBlock(of: dx.rows, grain: 64) { range, scratch in
      backward(x.rows(range, in: scratch), dy: dy.rows(range), into: dx.rows(range))
    }
  }
}
