import CKernels

/// A left-hand operand, made once and used by every product that shares it: rows in tiles, as
/// `ck_multiply` reads them, or the matrix itself where OpenBLAS multiplies.
package struct PackedRows: @unchecked Sendable {
  @safe enum Storage {
    case tiles(UnsafeMutableRawPointer, tileBytes: Int)
    case plain(Matrix, isTransposed: Bool)
  }

  package let rows: Int
  package let depth: Int
  let storage: Storage
}

/// Which way round a right-hand matrix `w` is taken.
package enum Orientation {
  /// `C = A · wᵀ`: the columns of C are rows of `w` (a linear layer's forward).
  case rowsOfMatrix
  /// `C = A · w`: the columns of C are columns of `w` (its backward).
  case columnsOfMatrix
}

/// The right-hand side of a product: a frozen matrix in its format, or floats. What it reads must outlive it.
@safe package struct Operand: @unchecked Sendable {
  let matrix: ck_matrix

  init(_ matrix: ck_matrix) { unsafe self.matrix = matrix }
}

extension Compute {
  /// Packs `x` `[rows, depth]` for products; the memory comes from `arena`. `x` may not change before
  /// the last product.
  package func pack(_ x: Matrix) -> PackedRows {
    if usesLibrary {
      return PackedRows(
        rows: x.rows, depth: x.columns, storage: .plain(x, isTransposed: false))
    }
    return pack(rows: x.rows, depth: x.columns) { rows, _ in x.rows(rows) }
  }

  /// Packs rows that are made a block at a time and go from the cache into tiles.
  ///
  /// - Parameter block: gives the rows of a range, in scratch memory or in a matrix that exists.
  package func pack(
    rows: Int, depth: Int, _ block: @Sendable (_ rows: Range<Int>, _ scratch: Arena) -> Matrix
  ) -> PackedRows {
    if usesLibrary {
      let whole = arena.matrix(rows, depth)
      forEachBlock(of: rows, grain: 32) { range, scratch in
        whole.rows(range).copy(from: block(range, scratch))
      }
      return PackedRows(rows: rows, depth: depth, storage: .plain(whole, isTransposed: false))
    }
    let tile = ck_tile_rows(operands)
    let tileBytes = ck_packed_rows_bytes(operands, tile, depth)
    // Each task writes tiles of its own.
    nonisolated(unsafe) let base = unsafe arena.allocate(
      byteCount: (rows + tile - 1) / tile * tileBytes)
    let operands = operands
    forEachBlock(of: rows, grain: tile * max(1, 65_536 / max(1, tileBytes))) { range, scratch in
      let x = block(range, scratch)
      unsafe ck_pack_rows(
        operands, x.base, x.stride, 1, x.rows, depth, base + range.lowerBound / tile * tileBytes)
    }
    return unsafe PackedRows(rows: rows, depth: depth, storage: .tiles(base, tileBytes: tileBytes))
  }

  /// Packs the transpose of `x` `[depth, rows]`, that is rows are columns of `x`.
  package func packTransposed(_ x: Matrix) -> PackedRows {
    if usesLibrary {
      return PackedRows(rows: x.columns, depth: x.rows, storage: .plain(x, isTransposed: true))
    }
    let tile = ck_tile_rows(operands)
    let tileBytes = ck_packed_rows_bytes(operands, tile, x.rows)
    let tiles = (x.columns + tile - 1) / tile
    // Each task writes tiles of its own.
    nonisolated(unsafe) let base = unsafe arena.allocate(byteCount: tiles * tileBytes)
    let operands = operands
    forEachBlock(of: tiles, grain: 1) { block in
      let first = block.lowerBound * tile
      let rows = min(x.columns, block.upperBound * tile) - first
      unsafe ck_pack_rows(
        operands, x.base + first, 1, x.stride, rows, x.rows, base + block.lowerBound * tileBytes)
    }
    return unsafe PackedRows(
      rows: x.columns, depth: x.rows, storage: .tiles(base, tileBytes: tileBytes))
  }

  /// `c (+)= alpha · a · w` (or `wᵀ`), and `term` on top of it: the panels of `w` are dequantized into
  /// each thread's cache and shared by all rows, so no more than a few panels of a quantized matrix
  /// ever exist as floats. `depthStart` begins at a later column (or row) of `w`; the depth is that of
  /// `a`.
  package func multiply(
    _ a: PackedRows, _ operand: Operand, _ orientation: Orientation, depthStart: Int = 0,
    alpha: Float = 1, accumulate: Bool = false, plus term: LowRankTerm? = nil, into c: Matrix
  ) {
    let w = unsafe operand.matrix
    unsafe check(a, w, orientation, depthStart: depthStart, into: c)
    switch a.storage {
    case .plain(let matrix, let isTransposed):
      LibraryProduct.multiply(
        matrix, isTransposed: isTransposed, operand, orientation, depthStart: depthStart,
        alpha: alpha,
        accumulate: accumulate, into: c, with: self)
      if let term {
        multiply(
          term.rows, term.matrix, .columnsOfMatrix, alpha: term.alpha, accumulate: true, into: c)
      }
    case .tiles(let tiles, let tileBytes):
      let product = unsafe TiledProduct(
        tiles: tiles, tileBytes: tileBytes, w: w, orientation: orientation,
        depthStart: depthStart, alpha: alpha, accumulate: accumulate, term: term, c: c,
        operands: operands,
        plan: ProductPlan(
          rows: a.rows, columns: c.columns, depth: a.depth, operands: operands,
          threads: pool.threadCount))
      pool.run(product.plan.panelGroups * product.plan.rowBlocks) { task, worker in
        product.run(task: task, scratch: scratch(of: worker))
      }
    }
  }
}

extension Compute {
  /// The shapes of a product fit: the depth of `a` lies inside `w`, the rest is the shape of `c`.
  private func check(
    _ a: PackedRows, _ w: ck_matrix, _ orientation: Orientation, depthStart: Int, into c: Matrix
  ) {
    let byRow = orientation == .rowsOfMatrix
    let (columns, depth) = unsafe byRow ? (w.rows, w.columns) : (w.columns, w.rows)
    precondition(
      c.rows == a.rows && c.columns == columns && depthStart >= 0
        && a.depth <= Int(depth) - depthStart,
      unsafe "\(a.rows) × \(a.depth) by \(w.rows) × \(w.columns) from \(depthStart) into "
        + "\(c.rows) × \(c.columns), by \(byRow ? "rows" : "columns")")
  }
}

/// One product over packed tiles: each task packs a few panels and passes its rows by them.
@safe private struct TiledProduct: @unchecked Sendable {
  let tiles: UnsafeMutableRawPointer
  let tileBytes: Int
  let w: ck_matrix
  let orientation: Orientation
  let depthStart: Int
  let alpha: Float
  let accumulate: Bool
  let term: LowRankTerm?
  let c: Matrix
  let operands: ck_operands
  let plan: ProductPlan

  private func width(ofPanel panel: Int) -> Int {
    min(plan.panelColumns, c.columns - panel * plan.panelColumns)
  }

  func run(task: Int, scratch: Arena) {
    scratch.scoped {
      let panels = plan.panels(ofGroup: task / plan.rowBlocks)
      let panelBytes = ck_panel_bytes(operands, plan.depth)
      let packed = unsafe scratch.allocate(byteCount: panels.count * panelBytes)
      for (index, panel) in panels.enumerated() {
        unsafe pack(panel, into: packed + index * panelBytes)
      }
      let added = term.map {
        PackedTerm($0, panels: panels, of: plan, operands: operands, target: c, scratch)
      }
      plan.forEachRowStep(in: plan.rows(ofBlock: task % plan.rowBlocks)) { step in
        for (index, panel) in panels.enumerated() {
          let target = unsafe c.row(step.lowerBound) + panel * plan.panelColumns
          unsafe ck_multiply(
            operands, tiles + step.lowerBound / plan.tileRows * tileBytes, step.count,
            packed + index * panelBytes, width(ofPanel: panel), plan.depth, alpha, accumulate,
            target, c.stride)
          unsafe added?.add(step, panel: index, columns: width(ofPanel: panel), to: target)
        }
      }
    }
  }

  private func pack(_ panel: Int, into target: UnsafeMutableRawPointer) {
    let first = panel * plan.panelColumns
    unsafe withUnsafePointer(to: w) { w in
      switch orientation {
      case .rowsOfMatrix:
        unsafe ck_pack_panel_of_rows(
          operands, w, first, width(ofPanel: panel), depthStart, plan.depth, target)
      case .columnsOfMatrix:
        unsafe ck_pack_panel_of_columns(
          operands, w, first, width(ofPanel: panel), depthStart, plan.depth, target)
      }
    }
  }
}
