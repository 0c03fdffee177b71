import Models
import Tensors

extension DecoderModel {
  /// The logits after each token of one sequence, copied out of the arena.
  package func logitRows(
    _ tokens: [Int32], adapter: Adapter? = nil, with compute: Compute
  ) -> [[Float]] {
    withExtendedLifetime(compute) {
      let logits = logits(
        TokenBatch(sequences: [tokens]), rows: Array(tokens.indices),
        adapter: adapter.map { AdapterUse($0) }, with: compute)
      return tokens.indices.map {
        Array(UnsafeBufferPointer(start: logits.row($0), count: logits.columns))
      }
    }
  }
}

extension DecoderModel {
  /// Feeds tokens behind what the cache holds; the logits that follow, copied out of the arena.
  package func fed(
    _ tokens: [Int32], cache: KeyValueCache, adapter: AdapterUse? = nil, with compute: Compute
  ) -> [Float] {
    compute.arena.scoped {
      let logits = compute.arena.matrix(1, description.sizes.vocabulary)
      feed(tokens, cache: cache, adapter: adapter, into: logits, with: compute)
      return Array(UnsafeBufferPointer(start: logits.base, count: logits.columns))
    }
  }
}

extension [Float] {
  /// The index of the largest number, the first of equals; nil if there is none.
  package var likeliest: Int? { indices.max { self[$0] < self[$1] } }
}
