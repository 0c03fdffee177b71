import Synchronization
import Tensors

/// What the linear layers of a block read of a batch.
package struct LayerInput: Sendable {
  /// The layers that share it.
  package let roles: [LinearRole]
  /// The rows as columns, `[inputs, rows]`.
  package let columns: ColumnMatrix
}

/// Gathers the inputs of one block's layers while it runs.
final class GatheredInputs: Sendable {
  private let rows: [Int]
  private let found = Mutex<[LayerInput]>([])

  /// - Parameter rows: those of the batch that are wanted.
  init(rows: [Int]) { self.rows = rows }

  func take(_ roles: [LinearRole], _ x: Matrix, with compute: Compute) {
    compute.arena.scoped {
      let columns = ColumnMatrix(transposing: compute.gather(x, rows: rows))
      found.withLock { $0.append(LayerInput(roles: roles, columns: columns)) }
    }
  }

  var inputs: [LayerInput] { found.withLock { $0 } }
}

extension DecoderModel {
  /// Runs a batch through the frozen model, and gives for each block what its linear layers read of some rows.
  ///
  /// - Parameters:
  ///   - rows: of the batch, at least one.
  ///   - body: called block by block.
  package func forEachLayerInput(
    of batch: TokenBatch, rows: [Int], with compute: Compute,
    _ body: (_ layer: Int, _ inputs: [LayerInput]) -> Void
  ) {
    precondition(!rows.isEmpty, "no row of \(batch.tokens.count) tokens")
    compute.arena.scoped {
      let x = embed(batch.tokens, positions: batch.positions, adapter: nil, with: compute)
      for layer in weights.blocks.indices {
        let gathered = GatheredInputs(rows: rows)
        forward(
          layer: layer, x, batch: batch, adapter: nil, saved: nil, gathering: gathered,
          with: compute)
        body(layer, gathered.inputs)
      }
    }
  }
}
