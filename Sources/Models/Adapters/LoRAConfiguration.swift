import Tensors

/// The shape and strength of a low-rank adapter (LoRA, arXiv 2106.09685): y = W·x + scale · B·A·x.
package struct LoRAConfiguration: Sendable, Equatable {
  package var rank: Int
  package var alpha: Double
  /// Probability that an input of A is dropped while training.
  package var dropout: Float
  package var targets: [LinearRole]
  /// The blocks that get an adapter; nil means all.
  package var layers: [Int]?
  /// Whether the scale is alpha/√rank (rsLoRA, arXiv 2312.03732) instead of alpha/rank.
  package var isRankStabilized: Bool

  package init(
    rank: Int = 8, alpha: Double = 16, dropout: Float = 0,
    targets: [LinearRole] = LinearRole.allCases, layers: [Int]? = nil,
    isRankStabilized: Bool = false
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets.sorted()
    self.layers = layers
    self.isRankStabilized = isRankStabilized
  }

  package var scale: Float {
    Float(isRankStabilized ? alpha / Double(rank).squareRoot() : alpha / Double(rank))
  }

  func includes(layer: Int) -> Bool { layers?.contains(layer) ?? true }
}
