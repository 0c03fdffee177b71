import CKernels

/// All panels of a small float operand, packed once by one thread and used by several products.
@safe struct SerialPanels {
  let base: UnsafeMutableRawPointer
  let columns: Int
  let depth: Int
  /// Bytes from one panel to the next.
  let stride: Int
}

/// Products inside one task: one thread, float operands, memory from that thread's scratch.
struct SerialProducts {
  let operands: ck_operands
  let arena: Arena

  /// Panels for `A · mᵀ`.
  func panels(ofRows m: Matrix) -> SerialPanels {
    unsafe panels(columns: m.rows, depth: m.columns) { first, count, panel in
      unsafe withUnsafePointer(to: m.kernelMatrix) {
        unsafe ck_pack_panel_of_rows(operands, $0, first, count, 0, m.columns, panel)
      }
    }
  }

  /// Panels for `A · m`.
  func panels(ofColumns m: Matrix) -> SerialPanels {
    unsafe panels(columns: m.columns, depth: m.rows) { first, count, panel in
      unsafe withUnsafePointer(to: m.kernelMatrix) {
        unsafe ck_pack_panel_of_columns(operands, $0, first, count, 0, m.rows, panel)
      }
    }
  }

  private func panels(
    columns: Int, depth: Int,
    _ pack: (Int, Int, UnsafeMutableRawPointer) -> Void
  ) -> SerialPanels {
    let width = ck_panel_columns(operands)
    let stride = ck_panel_bytes(operands, depth)
    let base = unsafe arena.allocate(byteCount: (columns + width - 1) / width * stride)
    for first in Swift.stride(from: 0, to: columns, by: width) {
      unsafe pack(first, min(width, columns - first), base + first / width * stride)
    }
    return unsafe SerialPanels(base: base, columns: columns, depth: depth, stride: stride)
  }

  /// `c = a · panels`, over the first `c.columns` columns and the first `a.columns` of the depth.
  func multiply(_ a: Matrix, _ panels: SerialPanels, accumulate: Bool = false, into c: Matrix) {
    arena.scoped {
      let packed = unsafe arena.allocate(
        byteCount: ck_packed_rows_bytes(operands, a.rows, a.columns))
      unsafe ck_pack_rows(operands, a.base, a.stride, 1, a.rows, a.columns, packed)
      unsafe multiply(packed, depth: a.columns, panels, accumulate: accumulate, into: c)
    }
  }

  /// `c = aᵀ · panels`.
  func multiplyTransposed(
    _ a: Matrix, _ panels: SerialPanels, accumulate: Bool = false, into c: Matrix
  ) {
    arena.scoped {
      let packed = unsafe arena.allocate(
        byteCount: ck_packed_rows_bytes(operands, a.columns, a.rows))
      unsafe ck_pack_rows(operands, a.base, 1, a.stride, a.columns, a.rows, packed)
      unsafe multiply(packed, depth: a.rows, panels, accumulate: accumulate, into: c)
    }
  }

  private func multiply(
    _ packed: UnsafeMutableRawPointer, depth: Int, _ panels: SerialPanels, accumulate: Bool,
    into c: Matrix
  ) {
    let width = ck_panel_columns(operands)
    for first in Swift.stride(from: 0, to: c.columns, by: width) {
      unsafe ck_multiply(
        operands, packed, c.rows, panels.base + first / width * panels.stride,
        min(width, c.columns - first), depth, 1, accumulate, c.base + first, c.stride)
    }
  }
}
