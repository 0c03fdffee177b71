import CKernels

extension Compute {
  /// `c = term`.
  package func multiply(_ term: LowRankTerm, into c: Matrix) {
    multiply(term.rows, term.matrix, .columnsOfMatrix, alpha: term.alpha, into: c)
  }
}

/// `alpha · rows · matrix`, a product of small depth that is added while its target is in the cache.
package struct LowRankTerm {
  /// `[rows, rank]`.
  let rows: PackedRows
  /// `[rank, columns]`.
  let matrix: Operand
  let alpha: Float

  package init(_ rows: PackedRows, _ matrix: Operand, alpha: Float = 1) {
    self.rows = rows
    self.matrix = matrix
    self.alpha = alpha
  }
}

/// A low-rank term with its panels for one task of a product.
@safe struct PackedTerm {
  private let tiles: UnsafeMutableRawPointer
  private let tileBytes: Int
  private let tileRows: Int
  private let panels: UnsafeMutableRawPointer
  private let panelBytes: Int
  private let depth: Int
  private let alpha: Float
  private let operands: ck_operands
  private let stride: Int

  /// Packs the panels `group` of `plan`. The rows must be tiles, as those of the product are.
  init(
    _ term: LowRankTerm, panels group: Range<Int>, of plan: ProductPlan, operands: ck_operands,
    target: Matrix, _ scratch: Arena
  ) {
    guard case .tiles(let tiles, let tileBytes) = term.rows.storage else {
      preconditionFailure("a term of rank \(term.rows.depth) is not packed as its product is")
    }
    let matrix = unsafe term.matrix.matrix
    unsafe precondition(
      term.rows.rows == target.rows && matrix.rows == term.rows.depth
        && matrix.columns == target.columns,
      unsafe "a term of \(term.rows.rows) × \(term.rows.depth) by \(matrix.rows) × "
        + "\(matrix.columns) into \(target.rows) × \(target.columns)")
    unsafe self.tiles = tiles
    self.tileBytes = tileBytes
    self.operands = operands
    tileRows = plan.tileRows
    depth = term.rows.depth
    alpha = term.alpha
    stride = target.stride
    panelBytes = ck_panel_bytes(operands, depth)
    unsafe panels = scratch.allocate(byteCount: group.count * panelBytes)
    unsafe withUnsafePointer(to: matrix) { matrix in
      for (index, panel) in group.enumerated() {
        let first = panel * plan.panelColumns
        unsafe ck_pack_panel_of_columns(
          operands, matrix, first, min(plan.panelColumns, target.columns - first), 0, depth,
          panels + index * panelBytes)
      }
    }
  }

  /// Adds to `columns` columns of the group's panel number `panel`, in the rows named.
  func add(_ rows: Range<Int>, panel: Int, columns: Int, to target: UnsafeMutablePointer<Float>) {
    unsafe ck_multiply(
      operands, tiles + rows.lowerBound / tileRows * tileBytes, rows.count,
      panels + panel * panelBytes, columns, depth, alpha, true, target, stride)
  }
}
