import Glibc
import Models

/// The numbers of one update.
package struct UpdateStep: Sendable {
  /// Counted from 1.
  let number: Int
  /// Of the last block.
  let rateOfA: Double
  let ratioOfB: Double
  let layerDecay: Double
  /// Of A in modules that have a rate of their own, as a parameter group of PyTorch's optimizers has.
  let ownRates: [ModulePlace: Double]

  /// A stretch of the vectors whose numbers share a rate.
  struct Stretch {
    let range: Range<Int>
    let rate: Double
    /// Whether weight decay draws its numbers to zero.
    let decays: Bool
  }

  /// All that is trained of a layout in stretches as long as rates and decay allow.
  func stretches(of layout: AdapterLayout) -> [Stretch] {
    let matrices = matrices(of: layout)
    if ratioOfB == 1, layerDecay == 1, ownRates.isEmpty,
      layout.trainedCount == layout.count,
      matrices.allSatisfy(\.decays)
    {
      return [Stretch(range: 0..<layout.count, rate: rateOfA, decays: true)]
    }
    return matrices.map { Stretch(range: $0.range, rate: $0.rate, decays: $0.decays) }
  }

  /// One matrix of a layout.
  struct Part {
    let offset: Int
    let rows: Int
    let columns: Int
    let rate: Double
    let decays: Bool

    var range: Range<Int> { offset..<offset + rows * columns }
  }

  /// Every trained matrix of a layout in its order. Lengths learn as fast as B (as PEFT's LoRA+ has it). Norms and
  /// biases do not decay, as transformers' Trainer has it (`get_decay_parameter_names`).
  func matrices(of layout: AdapterLayout) -> [Part] {
    layout.entries.flatMap { entry in
      let share = share(of: entry.place, layers: layout.model.sizes.layers)
      func rate(timing ratio: Double) -> Double {
        ownRates[entry.place].map { $0 * ratio } ?? share * (rateOfA * ratio)
      }
      return entry.matrices.map { part in
        Part(
          offset: part.offset, rows: part.rows, columns: part.columns,
          rate: rate(timing: part.learnsAsA ? 1 : ratioOfB),
          decays: part.kind != .bias && entry.place.norm == nil)
      }
    }
  }

  /// The share of the rate at a place. The head has that of the last block, and the embedding is as a block
  /// below the first.
  private func share(of place: ModulePlace, layers: Int) -> Double {
    let below =
      switch place {
      case .block(let layer, _), .norm(.block(let layer, _)): layers - 1 - layer
      case .table(.embedding), .norm(.embedding): layers
      case .table(.head), .norm(.output): 0
      }
    return pow(layerDecay, Double(below))
  }
}
