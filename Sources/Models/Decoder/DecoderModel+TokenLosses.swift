import Glibc
import Tensors

extension DecoderModel {
  /// -ln p of each token of a sequence but the first, in nats, in chunks of rows.
  ///
  /// - Parameter tokens: at most one more than the model's context.
  package func tokenLosses(
    of tokens: [Int32], adapter: Adapter? = nil, with compute: Compute
  ) -> [Double] {
    guard tokens.count > 1 else { return [] }
    let read = Array(tokens.dropLast())
    let batch = TokenBatch(sequences: [read])
    let rowsPerChunk = max(1, (64 << 20) / (4 * weights.head.rows))
    var losses: [Double] = []
    for start in stride(from: 0, to: read.count, by: rowsPerChunk) {
      let rows = Array(start..<min(read.count, start + rowsPerChunk))
      compute.arena.scoped {
        let logits = logits(
          batch, rows: rows, adapter: adapter.map { AdapterUse($0) }, with: compute)
        for (index, row) in rows.enumerated() {
          losses.append(loss(of: tokens[row + 1], logits.rows(index..<index + 1)))
        }
      }
    }
    return losses
  }

  private func loss(of target: Int32, _ logits: Matrix) -> Double {
    let values = (0..<logits.columns).map { unsafe Double(logits.base[$0]) }
    let largest = values.max() ?? 0
    let sum = values.reduce(0) { $0 + exp($1 - largest) }
    return largest + log(sum) - values[Int(target)]
  }
}
