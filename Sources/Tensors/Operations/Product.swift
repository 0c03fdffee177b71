import CKernels

/// A left-hand operand, made once and used by every product that shares it: rows in tiles, as
/// `ck_multiply` reads them, or the matrix itself where OpenBLAS multiplies.
package struct PackedRows: @unchecked Sendable {
  fileprivate enum Storage {
    case tiles(UnsafeMutableRawPointer, tileBytes: Int)
    case plain(Matrix, isTransposed: Bool)
  }

  package let rows: Int
  package let depth: Int
  fileprivate let storage: Storage
}

/// Which way round a right-hand matrix `w` is taken.
package enum Orientation {
  /// `C = A · wᵀ`: the columns of C are rows of `w` (a linear layer's forward).
  case rowsOfMatrix
  /// `C = A · w`: the columns of C are columns of `w` (its backward).
  case columnsOfMatrix
}

extension Compute {
  /// Packs `x` `[rows, depth]` for products; the memory comes from `arena`. `x` may not change before
  /// the last product.
  package func pack(_ x: Matrix) -> PackedRows {
    if usesLibrary {
      return PackedRows(
        rows: x.rows, depth: x.columns, storage: .plain(x, isTransposed: false))
    }
    let tile = ck_tile_rows(operands)
    let tileBytes = ck_packed_rows_bytes(operands, tile, x.columns)
    let tiles = (x.rows + tile - 1) / tile
    let base = arena.allocate(byteCount: tiles * tileBytes)
    let tilesPerTask = max(1, 65_536 / max(1, tileBytes))
    let operands = operands
    forEachBlock(of: tiles, grain: tilesPerTask) { block in
      let first = block.lowerBound * tile
      let rows = min(x.rows, block.upperBound * tile) - first
      ck_pack_rows(
        operands, x.row(first), x.stride, 1, rows, x.columns, base + block.lowerBound * tileBytes)
    }
    return PackedRows(
      rows: x.rows, depth: x.columns, storage: .tiles(base, tileBytes: tileBytes))
  }

  /// Packs the transpose of `x` `[depth, rows]`, that is rows are columns of `x`.
  package func packTransposed(_ x: Matrix) -> PackedRows {
    if usesLibrary {
      return PackedRows(rows: x.columns, depth: x.rows, storage: .plain(x, isTransposed: true))
    }
    let tile = ck_tile_rows(operands)
    let tileBytes = ck_packed_rows_bytes(operands, tile, x.rows)
    let tiles = (x.columns + tile - 1) / tile
    let base = arena.allocate(byteCount: tiles * tileBytes)
    let operands = operands
    forEachBlock(of: tiles, grain: 1) { block in
      let first = block.lowerBound * tile
      let rows = min(x.columns, block.upperBound * tile) - first
      ck_pack_rows(
        operands, x.base + first, 1, x.stride, rows, x.rows, base + block.lowerBound * tileBytes)
    }
    return PackedRows(
      rows: x.columns, depth: x.rows, storage: .tiles(base, tileBytes: tileBytes))
  }

  /// `c (+)= alpha · a · w` (or `wᵀ`): the panels of `w` are dequantized into each thread's cache and
  /// shared by all rows, so no more than a few panels of a quantized matrix ever exist as floats.
  /// `depthStart` begins at a later column (or row) of `w`; the depth is that of `a`.
  package func multiply(
    _ a: PackedRows, _ w: ck_matrix, _ orientation: Orientation, depthStart: Int = 0,
    alpha: Float = 1, accumulate: Bool = false, into c: Matrix
  ) {
    switch a.storage {
    case .plain(let matrix, let isTransposed):
      LibraryProduct.multiply(
        matrix, isTransposed: isTransposed, w, orientation, depthStart: depthStart, alpha: alpha,
        accumulate: accumulate, into: c, with: self)
    case .tiles(let tiles, let tileBytes):
      let product = TiledProduct(
        tiles: tiles, tileBytes: tileBytes, w: w, orientation: orientation,
        depthStart: depthStart, alpha: alpha, accumulate: accumulate, c: c, operands: operands,
        plan: ProductPlan(
          rows: a.rows, columns: c.columns, depth: a.depth, operands: operands,
          threads: pool.threadCount))
      pool.run(product.plan.panelGroups * product.plan.rowBlocks) { task, worker in
        product.run(task: task, scratch: scratch(of: worker))
      }
    }
  }
}

/// One product over packed tiles: each task packs a few panels and passes its rows by them.
private struct TiledProduct: @unchecked Sendable {
  let tiles: UnsafeMutableRawPointer
  let tileBytes: Int
  let w: ck_matrix
  let orientation: Orientation
  let depthStart: Int
  let alpha: Float
  let accumulate: Bool
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
      let packed = scratch.allocate(byteCount: panels.count * panelBytes)
      let floats = scratch.matrix(plan.panelColumns, plan.depth).base
      for (index, panel) in panels.enumerated() {
        pack(panel, into: packed + index * panelBytes, floats)
      }
      plan.forEachRowStep(in: plan.rows(ofBlock: task % plan.rowBlocks)) { step in
        for (index, panel) in panels.enumerated() {
          ck_multiply(
            operands, tiles + step.lowerBound / plan.tileRows * tileBytes, step.count,
            packed + index * panelBytes, width(ofPanel: panel), plan.depth, alpha, accumulate,
            c.row(step.lowerBound) + panel * plan.panelColumns, c.stride)
        }
      }
    }
  }

  private func pack(
    _ panel: Int, into target: UnsafeMutableRawPointer, _ floats: UnsafeMutablePointer<Float>
  ) {
    let first = panel * plan.panelColumns
    withUnsafePointer(to: w) { w in
      switch orientation {
      case .rowsOfMatrix:
        ck_pack_panel_of_rows(
          operands, w, first, width(ofPanel: panel), depthStart, plan.depth, target, floats)
      case .columnsOfMatrix:
        ck_pack_panel_of_columns(
          operands, w, first, width(ofPanel: panel), depthStart, plan.depth, target, floats)
      }
    }
  }
}

/// How one product is cut into tasks and cache-sized steps. Nothing here changes a sum.
private struct ProductPlan {
  let rows: Int
  let depth: Int
  let tileRows: Int
  let panelColumns: Int
  let panelsPerGroup: Int
  let panelCount: Int
  let panelGroups: Int
  let rowBlocks: Int
  /// Rows whose packed form stays in the second-level cache while a group of panels passes.
  let rowStep: Int

  private static let panelCacheBytes = 192 << 10
  private static let rowCacheBytes = 320 << 10

  init(rows: Int, columns: Int, depth: Int, operands: ck_operands, threads: Int) {
    self.rows = rows
    self.depth = depth
    tileRows = ck_tile_rows(operands)
    panelColumns = ck_panel_columns(operands)
    panelCount = (columns + panelColumns - 1) / panelColumns
    let inCache = max(1, Self.panelCacheBytes / max(1, ck_panel_bytes(operands, depth)))
    let rounds = max(1, (panelCount + inCache * threads - 1) / (inCache * threads))
    panelsPerGroup = max(1, (panelCount + rounds * threads - 1) / (rounds * threads))
    panelGroups = (panelCount + panelsPerGroup - 1) / panelsPerGroup
    let tiles = (rows + tileRows - 1) / tileRows
    rowBlocks = panelGroups >= threads ? 1 : max(1, min(tiles, threads / max(1, panelGroups)))
    let tileBytes = ck_packed_rows_bytes(operands, tileRows, depth)
    rowStep = max(1, Self.rowCacheBytes / max(1, tileBytes)) * tileRows
  }

  func panels(ofGroup group: Int) -> Range<Int> {
    group * panelsPerGroup..<min(panelCount, (group + 1) * panelsPerGroup)
  }

  func rows(ofBlock block: Int) -> Range<Int> {
    let tiles = (rows + tileRows - 1) / tileRows
    let perBlock = (tiles + rowBlocks - 1) / rowBlocks * tileRows
    return min(rows, block * perBlock)..<min(rows, (block + 1) * perBlock)
  }

  func forEachRowStep(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + rowStep)
      body(start..<end)
      start = end
    }
  }
}
