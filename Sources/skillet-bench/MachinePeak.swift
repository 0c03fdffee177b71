import Diagnostics
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
      best = min(best, (clock.now - start).seconds)
    }
    return best
  }

  private static func products(_ compute: Compute) -> Double {
    var operations = 0
    let seconds = best { operations = compute.multiplyInCache(depth: 256, repetitions: 20_000) }
    return Double(operations) / seconds / 1e9
  }

  private static func reading(_ compute: Compute) -> Double {
    let (rows, columns) = (24_576, 2048)
    let arena = Arena()
    let matrix = arena.matrix(rows, columns)
    matrix.fill(1)
    let x = arena.matrix(1, columns)
    let y = arena.matrix(1, rows)
    x.fill(1)
    let seconds = best { compute.readThrough(matrix, x, into: y) }
    return Double(rows * columns * 4) / seconds / 1e9
  }
}
