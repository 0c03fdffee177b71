import Tensors

/// What one block keeps for its backward pass. Everything cheap (norms, the activation of the
/// feed-forward, attention scores) is computed again instead.
struct SavedBlock {
  /// The block's input `[tokens, hidden]`.
  let input: StoredActivation
  /// Queries and keys after rotation, values.
  let queries: StoredActivation
  let keys: StoredActivation
  let values: StoredActivation
  /// The attention's output before `o_proj`; only with an adapter there.
  let attended: StoredActivation?
  /// The residual stream between attention and feed-forward.
  let middle: StoredActivation
  let gate: StoredActivation
  let up: StoredActivation
  /// A·x of each adapted module, `[tokens, rank]`.
  let reduced: [Matrix?]

  init(
    tokens: Int, layer: Int, model: ModelConfiguration, layout: AdapterLayout, in compute: Compute
  ) {
    func room(_ columns: Int) -> StoredActivation { StoredActivation(tokens, columns, in: compute) }
    input = room(model.hiddenSize)
    queries = room(model.querySize)
    keys = room(model.keyValueSize)
    values = room(model.keyValueSize)
    attended = layout.entry(layer: layer, .o_proj).map { _ in room(model.querySize) }
    middle = room(model.hiddenSize)
    gate = room(model.intermediateSize)
    up = room(model.intermediateSize)
    reduced = TargetModule.allCases.map { module in
      layout.entry(layer: layer, module).map { _ in compute.arena.matrix(tokens, layout.rank) }
    }
  }
}
