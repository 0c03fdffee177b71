import Tensors

extension Adapter {
  /// The singular values and directions of what the adapter adds to one layer, ΔW = scale · B · A; nil where its
  /// numbers are not finite.
  package func decomposition(_ entry: AdapterLayout.Entry) -> LowRankDecomposition? {
    let pair = parameters.pair(entry)
    return LowRankDecomposition(
      a: pair.a, bTransposed: pair.bTransposed, scale: Double(pair.scale))
  }
}
