import CKernels

/// A product through the packed interface, with rows and panels handed over as a test wants.
struct PackedProduct {
  var operands: ck_operands
  var rows: Int
  var columns: Int
  var depth: Int
  var alpha: Float = 1
  var accumulate = false
  /// Tiles of rows packed and multiplied at a time; 0 takes all at once.
  var tilesAtOnce = 0

  /// C = alpha * A * B with A[i, k] = a[i*rowStride + k*columnStride] and panels made by `pack`,
  /// which gets first column, count, panel. C has `columns` + 3 columns a row.
  func run(
    _ a: [Float], rowStride: Int, columnStride: Int, into c: inout [Float],
    pack: (Int, Int, UnsafeMutableRawPointer) -> Void
  ) {
    let width = ck_panel_columns(operands)
    let tile = ck_tile_rows(operands)
    let together = tilesAtOnce == 0 ? rows : tilesAtOnce * tile
    let packed = aligned(ck_packed_rows_bytes(operands, rows, depth))
    let panel = aligned(ck_panel_bytes(operands, depth))
    defer { for memory in [packed, panel] { memory.deallocate() } }
    let tileBytes = ck_packed_rows_bytes(operands, tile, depth)
    for row in stride(from: 0, to: rows, by: together) {
      let part = packed + row / tile * tileBytes
      a.withUnsafeBufferPointer { a in
        guard let base = a.baseAddress else { return }
        ck_pack_rows(
          operands, base + row * rowStride, rowStride, columnStride, min(together, rows - row),
          depth, part)
      }
    }
    let stride = columns + 3
    for first in Swift.stride(from: 0, to: columns, by: width) {
      let count = min(width, columns - first)
      pack(first, count, panel)
      for row in Swift.stride(from: 0, to: rows, by: together) {
        c.withUnsafeMutableBufferPointer { c in
          guard let base = c.baseAddress else { return }
          ck_multiply(
            operands, packed + row / tile * tileBytes, min(together, rows - row), panel, count,
            depth, alpha, accumulate, base + row * stride + first, stride)
        }
      }
    }
  }

  private func aligned(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, byteCount), alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount)
    return memory
  }
}
