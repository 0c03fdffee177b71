import CKernels
import Tensors

/// An activation kept from the forward to the backward pass: floats, or bfloat16 where products
/// round their operands to that anyway.
struct StoredActivation {
  private let base: UnsafeMutableRawPointer
  private let rows: Int
  private let columns: Int
  private let precision: Precision

  /// Room for `[rows, columns]` in the arena of `compute`.
  init(_ rows: Int, _ columns: Int, in compute: Compute) {
    self.rows = rows
    self.columns = columns
    precision = compute.precision
    base = compute.arena.allocate(byteCount: rows * columns * (precision == .bf16 ? 2 : 4))
  }

  func store(_ x: Matrix, with compute: Compute) {
    let (base, columns, precision) = (UnsafeMutableRawPointerBox(base), columns, precision)
    compute.forEachBlock(of: rows, grain: 64) { block in
      for row in block {
        if precision == .bf16 {
          ck_to_bf16(
            x.row(row), columns, base.pointer.assumingMemoryBound(to: UInt16.self) + row * columns)
        } else {
          (base.pointer.assumingMemoryBound(to: Float.self) + row * columns)
            .update(from: x.row(row), count: columns)
        }
      }
    }
  }

  /// The values as floats: a view, or a copy in the arena.
  func load(with compute: Compute) -> Matrix {
    guard precision == .bf16 else {
      return Matrix(
        base: base.assumingMemoryBound(to: Float.self), rows: rows, columns: columns)
    }
    let result = compute.arena.matrix(rows, columns)
    load(into: result, with: compute)
    return result
  }

  func load(into result: Matrix, with compute: Compute) {
    let (base, columns, precision) = (UnsafeMutableRawPointerBox(base), columns, precision)
    compute.forEachBlock(of: rows, grain: 64) { block in
      for row in block {
        if precision == .bf16 {
          ck_from_bf16(
            base.pointer.assumingMemoryBound(to: UInt16.self) + row * columns, columns,
            result.row(row))
        } else {
          result.row(row).update(
            from: base.pointer.assumingMemoryBound(to: Float.self) + row * columns, count: columns)
        }
      }
    }
  }
}

/// Lets tasks share a pointer whose rows they write apart.
private struct UnsafeMutableRawPointerBox: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
}
