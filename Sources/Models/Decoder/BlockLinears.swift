import Tensors

/// The linear layers of one block as one pass uses them, each with its adapter.
struct BlockLinears {
  let block: FrozenWeights.Block
  /// Those of the block, with what an adapter trains of them.
  let norms: BlockNorms
  let layer: Int
  let adapter: AdapterUse?
  /// Whether there are few rows, which are multiplied one by one straight from the quantized weights.
  let areVectors: Bool
  /// Takes what the layers read of a batch, where somebody wants it.
  var gathering: GatheredInputs?
  let compute: Compute

  func linear(_ role: LinearRole) -> LinearLayer {
    adapter?.layer(block[role], at: .block(layer, role), with: compute) ?? LinearLayer(block[role])
  }

  /// What several layers read.
  enum Input {
    /// Rows packed for products; the same rows as a matrix, which only dropout asks for.
    case rows(PackedRows, matrix: () -> Matrix)
    /// Few rows.
    case vectors(PackedVectors)
  }

  /// The norm of the rows of `x`, or `x` itself.
  func normed(_ norm: Norm?, _ x: Matrix) -> Input {
    guard let norm else { return input(x) }
    guard areVectors else {
      return .rows(norm.packed(x, with: compute), matrix: { norm.forward(x, with: compute) })
    }
    let result = compute.arena.matrix(x.rows, x.columns)
    return .vectors(
      compute.packVectors(result) { norm.forward(x.rows($0), into: result.rows($0)) })
  }

  func input(_ x: Matrix) -> Input {
    areVectors ? .vectors(compute.packVectors(x)) : .rows(compute.pack(x), matrix: { x })
  }

  /// y = W·x + bias + scale · B·A·x for layers that share `x`.
  ///
  /// - Parameters:
  ///   - outputs: `[tokens, outputs]` each, overwritten or added to; nil where only A·x is wanted.
  ///   - saved: receives A·x for the backward pass.
  func forward(
    _ outputs: [(role: LinearRole, y: Matrix?)], from input: Input, accumulates: Bool = false,
    saved: SavedBlock?
  ) {
    switch input {
    case .vectors(let packed): forward(outputs, fromVectors: packed, accumulates: accumulates)
    case .rows(let packed, let matrix):
      gathering?.take(outputs.map(\.role), matrix(), with: compute)
      for (role, y) in outputs {
        linear(role).forward(
          matrix(), packed: packed, into: y, accumulates: accumulates,
          reduced: saved?.reduced[role.index], with: compute)
      }
    }
  }

  private func forward(
    _ outputs: [(role: LinearRole, y: Matrix?)], fromVectors packed: PackedVectors,
    accumulates: Bool
  ) {
    let x = packed.values
    compute.arena.scoped {
      let results = outputs.compactMap { output in
        output.y.map { y in
          (
            linear: linear(output.role), y: y,
            result: accumulates ? compute.arena.matrix(x.rows, y.columns) : y
          )
        }
      }
      compute.multiply(packed, by: results.map { (matrix: $0.linear.weight, y: $0.result) })
      for (linear, y, result) in results {
        linear.addAdapter(ofVectors: x, to: result, with: compute)
        if !linear.bias.isEmpty { compute.spread(linear.bias, over: result, accumulates: true) }
        if accumulates { compute.add(result, to: y) }
      }
    }
  }

  /// Adds the gradients of the adapters to theirs, and gives that of the shared input.
  ///
  /// - Parameters:
  ///   - gradients: of the outputs, `[tokens, outputs]` each.
  ///   - x: the shared input; nil where an adapter changes none of the layers.
  ///   - dx: receives the input's gradient, overwritten; nil where nobody asks for it.
  func backward(
    _ gradients: [(role: LinearRole, dy: Matrix)], _ x: Matrix?, saved: SavedBlock, dx: Matrix?
  ) {
    for (place, (role, dy)) in gradients.enumerated() {
      adapter?.addOwnGradients(of: dy, reading: x, at: .block(layer, role), with: compute)
      linear(role).backward(
        x, reduced: saved.reduced[role.index], dy: dy,
        gradient: adapter?.gradientPair(at: .block(layer, role)), dx: dx, accumulatesDx: place > 0,
        with: compute)
    }
  }

  /// The same for layers that read a norm of a kept input, or the input itself where there is no such norm.
  ///
  /// - Parameters:
  ///   - dx: the gradient of the input is added to it; nil where nobody asks for it.
  ///   - rows: of the input.
  func backward(
    _ gradients: [(role: LinearRole, dy: Matrix)], through normRole: BlockNormRole,
    of input: StoredActivation, saved: SavedBlock, into dx: Matrix?, rows: Int
  ) {
    let norm = norms[normRole]
    let place = NormPlace.block(layer, normRole)
    let trained = adapter?.trains(place) == true ? norm : nil
    let isAdapted = isAdapted(gradients.map(\.role))
    let read = norm.map { norm in
      isAdapted ? norm.forward(input, rows: rows, with: compute) : nil
    }
    let x = read ?? (isAdapted ? input.load(with: compute) : nil)
    let width = dx?.columns ?? trained?.weight.count
    let dRead = width.map { compute.arena.matrix(rows, $0) }
    backward(gradients, x, saved: saved, dx: dRead)
    if let trained, let dRead {
      adapter?.addGradients(
        of: trained, at: place, reading: input.load(with: compute), dy: dRead, with: compute)
    }
    guard let dx, let dRead else { return }
    if let norm {
      norm.backward(input, dy: dRead, into: dx, with: compute)
    } else {
      compute.add(dRead, to: dx)
    }
  }

  func isAdapted(_ roles: [LinearRole]) -> Bool {
    roles.contains { adapter?.adapter.parameters.layout.entry(layer: layer, $0) != nil }
  }
}
