import Tensors

/// Queries, keys and values of a pass, or their gradients: `[tokens, query]` and twice
/// `[tokens, keyValue]`, from three layers, or side by side in one matrix where one layer gives all.
struct QueryKeyValue {
  let q: Matrix
  let k: Matrix
  let v: Matrix
  /// The layers that write them.
  let parts: [(role: LinearRole, matrix: Matrix)]

  /// Room for `rows` tokens in the arena.
  init(_ rows: Int, of block: FrozenWeights.Block, _ attention: CausalAttention, in arena: Arena) {
    let query = attention.heads * attention.headSize
    let keyValue = attention.keyValueHeads * attention.headSize
    guard block.has(.queryKeyValue) else {
      q = arena.matrix(rows, query)
      k = arena.matrix(rows, keyValue)
      v = arena.matrix(rows, keyValue)
      parts = [(.query, q), (.key, k), (.value, v)]
      return
    }
    let all = arena.matrix(rows, query + 2 * keyValue)
    q = all.columns(0..<query)
    k = all.columns(query..<query + keyValue)
    v = all.columns(query + keyValue..<query + 2 * keyValue)
    parts = [(.queryKeyValue, all)]
  }
}
