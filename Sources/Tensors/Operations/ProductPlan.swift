import CKernels

/// How one product is cut into tasks and cache-sized steps. Nothing here changes a sum.
struct ProductPlan {
  let rows: Int
  let depth: Int
  let tileRows: Int
  let panelColumns: Int
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
    panelGroups = min(panelCount, rounds * threads)
    let tiles = (rows + tileRows - 1) / tileRows
    rowBlocks = panelGroups >= threads ? 1 : max(1, min(tiles, threads / max(1, panelGroups)))
    let tileBytes = ck_packed_rows_bytes(operands, tileRows, depth)
    rowStep = max(1, Self.rowCacheBytes / max(1, tileBytes)) * tileRows
  }

  /// Groups differ by one panel at most, the larger ones first: threads then end together.
  func panels(ofGroup group: Int) -> Range<Int> {
    let (size, larger) = panelCount.quotientAndRemainder(dividingBy: panelGroups)
    let start = group * size + min(group, larger)
    return start..<start + size + (group < larger ? 1 : 0)
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
