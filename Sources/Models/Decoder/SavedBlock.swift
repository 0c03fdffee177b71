import Tensors

/// What one block keeps for its backward pass. Everything cheap (norms, the activation of the
/// feed-forward, attention scores) is computed again instead.
struct SavedBlock {
  /// The block's input `[tokens, hidden]`.
  let input: StoredActivation
  /// Queries and keys as the attention takes them, values.
  let queries: StoredActivation
  let keys: StoredActivation
  let values: StoredActivation
  /// Queries and keys before their norms, where they have some.
  let unnormed: (queries: StoredActivation, keys: StoredActivation)?
  /// The attention's output before its last layer; only with an adapter there.
  let attended: StoredActivation?
  /// The outputs of the sublayers, where norms follow.
  let attentionOutput: StoredActivation?
  let feedForwardOutput: StoredActivation?
  /// What the feed-forward reads: the residual stream after the attention, or the block's input.
  let middle: StoredActivation
  /// Only where the feed-forward has a gate.
  let gate: StoredActivation?
  let up: StoredActivation
  /// A·x of each adapted layer, `[tokens, rank]`, by `LinearRole.index`; nil where that is x.
  let reduced: [Matrix?]

  init(
    tokens: Int, layer: Int, model: DecoderDescription, layout: AdapterLayout, in compute: Compute
  ) {
    func room(_ columns: Int) -> StoredActivation { StoredActivation(tokens, columns, in: compute) }
    let sizes = model.sizes
    input = room(sizes.hidden)
    queries = room(sizes.query)
    keys = room(sizes.keyValue)
    values = room(sizes.keyValue)
    unnormed = model.headNorms == nil ? nil : (room(sizes.query), room(sizes.keyValue))
    attentionOutput = model.normPlacement.isAfter ? room(sizes.hidden) : nil
    feedForwardOutput = model.normPlacement.isAfter ? room(sizes.hidden) : nil
    attended = layout.entry(layer: layer, .attentionOutput).map { _ in room(sizes.query) }
    middle = model.isParallel ? input : room(sizes.hidden)
    gate = model.activation.isGated ? room(sizes.intermediate) : nil
    up = room(sizes.intermediate)
    reduced = LinearRole.allCases.map { role in
      layout.entry(layer: layer, role).flatMap { entry in
        entry.isWhole || !entry.hasPair ? nil : compute.arena.matrix(tokens, entry.rank)
      }
    }
  }
}
