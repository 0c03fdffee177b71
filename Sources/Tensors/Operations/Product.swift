import CKernels

/// Rows of a left-hand operand in tiles, as `ck_multiply` reads them; made once and used by every
/// product that shares the operand.
package struct PackedRows: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let rows: Int
  package let depth: Int
  fileprivate let tileBytes: Int
}

/// Which way round a right-hand matrix `w` is taken.
package enum Orientation {
  /// `C = A · wᵀ`: the columns of C are rows of `w` (a linear layer's forward).
  case rowsOfMatrix
  /// `C = A · w`: the columns of C are columns of `w` (its backward).
  case columnsOfMatrix
}

extension Compute {
  /// Packs `x` `[rows, depth]` for products; the memory comes from `arena`.
  package func pack(_ x: Matrix) -> PackedRows {
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
    return PackedRows(base: base, rows: x.rows, depth: x.columns, tileBytes: tileBytes)
  }

  /// Packs the transpose of `x` `[depth, rows]`, that is rows are columns of `x`.
  package func packTransposed(_ x: Matrix) -> PackedRows {
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
    return PackedRows(base: base, rows: x.columns, depth: x.rows, tileBytes: tileBytes)
  }

  /// `c (+)= alpha · a · w` (or `wᵀ`): the panels of `w` are dequantized into each thread's cache and
  /// shared by all rows, so no more than a few panels of a quantized matrix ever exist as floats.
  /// `depthStart` begins at a later column (or row) of `w`; the depth is that of `a`.
  package func multiply(
    _ a: PackedRows, _ w: ck_matrix, _ orientation: Orientation, depthStart: Int = 0,
    alpha: Float = 1, accumulate: Bool = false, into c: Matrix
  ) {
    let plan = ProductPlan(
      rows: a.rows, columns: c.columns, depth: a.depth, operands: operands,
      threads: pool.threadCount)
    let operands = operands
    pool.run(plan.panelGroups * plan.rowBlocks) { task, worker in
      let scratch = self.scratch(of: worker)
      scratch.scoped {
        let panels = plan.panels(ofGroup: task / plan.rowBlocks)
        let rows = plan.rows(ofBlock: task % plan.rowBlocks)
        let panelBytes = ck_panel_bytes(operands, a.depth)
        let packed = scratch.allocate(byteCount: panels.count * panelBytes)
        let floats = scratch.matrix(plan.panelColumns, a.depth)
        withUnsafePointer(to: w) { w in
          for (index, panel) in panels.enumerated() {
            let first = panel * plan.panelColumns
            let count = min(plan.panelColumns, c.columns - first)
            let target = packed + index * panelBytes
            switch orientation {
            case .rowsOfMatrix:
              ck_pack_panel_of_rows(
                operands, w, first, count, depthStart, a.depth, target, floats.base)
            case .columnsOfMatrix:
              ck_pack_panel_of_columns(
                operands, w, first, count, depthStart, a.depth, target, floats.base)
            }
          }
        }
        plan.forEachRowStep(in: rows) { step in
          let tiles = a.base + step.lowerBound / plan.tileRows * a.tileBytes
          for (index, panel) in panels.enumerated() {
            let first = panel * plan.panelColumns
            ck_multiply(
              operands, tiles, step.count, packed + index * panelBytes,
              min(plan.panelColumns, c.columns - first), a.depth, alpha, accumulate,
              c.row(step.lowerBound) + first, c.stride)
          }
        }
      }
    }
  }
}

/// How one product is cut into tasks and cache-sized steps. Nothing here changes a sum.
private struct ProductPlan {
  let rows: Int
  let columns: Int
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
    self.columns = columns
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
