import CKernels
import Tensors

/// What all threads together reach where nothing holds them up: the kernel's products on operands
/// that stay in the nearest caches, and reading memory from end to end.
struct MachinePeak {
  let gigaflopsASecond: Double
  let gigabytesASecond: Double

  /// How long the best is looked for: other users of a shared machine come and go.
  private static let patience = Duration.seconds(1.5)

  init(_ compute: Compute) {
    gigaflopsASecond = Self.products(compute)
    gigabytesASecond = Self.reading(compute)
  }

  var line: String {
    "peak: \(Measurement.rounded(gigaflopsASecond)) GFLOP/s in products, "
      + "\(Measurement.rounded(gigabytesASecond)) GB/s reading"
  }

  private static func best(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let begin = clock.now
    var best = Double.infinity
    while clock.now - begin < patience {
      let start = clock.now
      body()
      best = min(best, (clock.now - start).inSeconds)
    }
    return best
  }

  private static func products(_ compute: Compute) -> Double {
    let (operands, threads) = (compute.operands, compute.pool.threadCount)
    let rows = ck_tile_rows(operands)
    let columns = ck_panel_columns(operands)
    let (depth, repetitions) = (256, 20_000)
    let seconds = best {
      compute.pool.run(threads) { _, worker in
        let arena = compute.scratch(of: worker)
        arena.scoped {
          let tile = arena.allocate(byteCount: ck_packed_rows_bytes(operands, rows, depth))
          let panel = arena.allocate(byteCount: ck_panel_bytes(operands, depth))
          let sums = arena.matrix(rows, columns)
          tile.initializeMemory(
            as: UInt8.self, repeating: 0, count: ck_packed_rows_bytes(operands, rows, depth))
          panel.initializeMemory(
            as: UInt8.self, repeating: 0, count: ck_panel_bytes(operands, depth))
          for _ in 0..<repetitions {
            ck_multiply(
              operands, tile, rows, panel, columns, depth, 1, false, sums.base, sums.stride)
          }
        }
      }
    }
    return Double(2 * rows * columns * depth * repetitions * threads) / seconds / 1e9
  }

  private static func reading(_ compute: Compute) -> Double {
    let (rows, columns) = (24_576, 2048)
    let arena = Arena()
    let matrix = arena.matrix(rows, columns)
    matrix.fill(1)
    let x = arena.matrix(1, columns)
    let y = arena.matrix(1, rows)
    x.fill(1)
    let threads = compute.pool.threadCount
    let seconds = best {
      compute.pool.run(threads) { task, _ in
        let first = rows * task / threads
        withUnsafePointer(to: matrix.operand) {
          ck_multiply_vector($0, first, rows * (task + 1) / threads - first, x.base, y.base + first)
        }
      }
    }
    return Double(rows * columns * 4) / seconds / 1e9
  }
}
