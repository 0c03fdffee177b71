import Tensors

/// A frozen linear layer with an optional adapter: y = W·x + bias + scale · B·A·dropout(x).
struct LinearLayer {
  let weight: FrozenMatrix
  /// Empty where nothing is added.
  let bias: [Float]
  let pair: LoRAPair?
  let scale: Float
  let dropout: Dropout?

  init(
    _ linear: FrozenWeights.Linear, pair: LoRAPair? = nil, scale: Float = 0,
    dropout: Dropout? = nil
  ) {
    weight = linear.weight
    bias = linear.bias
    if let pair {
      precondition(
        pair.a.columns == weight.columns && pair.bTransposed.columns == weight.rows,
        "an adapter for \(pair.bTransposed.columns) × \(pair.a.columns) beside a layer of "
          + "\(weight.rows) × \(weight.columns)")
    }
    self.pair = pair
    self.scale = scale
    self.dropout = dropout
  }

  /// - Parameters:
  ///   - x: `[tokens, inputs]`; only asked for with dropout.
  ///   - packed: the same rows packed.
  ///   - y: `[tokens, outputs]`, overwritten or added to; nil where only A·x is wanted.
  ///   - reduced: `[tokens, rank]`, receives A·x for the backward pass; nil when none follows.
  func forward(
    _ x: @autoclosure () -> Matrix, packed: PackedRows, into y: Matrix?, accumulates: Bool = false,
    reduced: Matrix?, with compute: Compute
  ) {
    if let y, !bias.isEmpty { compute.spread(bias, over: y, accumulates: accumulates) }
    let accumulates = accumulates || !bias.isEmpty
    guard let pair else {
      if let y {
        compute.multiply(packed, weight.operand, .rowsOfMatrix, accumulate: accumulates, into: y)
      }
      return
    }
    compute.arena.scoped {
      let low = reduced ?? compute.arena.matrix(packed.rows, pair.a.rows)
      let input = dropout == nil ? packed : compute.pack(dropped(x(), with: compute))
      compute.multiply(input, pair.a.operand, .rowsOfMatrix, into: low)
      guard let y else { return }
      compute.multiply(
        packed, weight.operand, .rowsOfMatrix, accumulate: accumulates,
        plus: LowRankTerm(compute.pack(low), pair.bTransposed.operand, alpha: scale), into: y)
    }
  }

  /// y += scale · B·A·x for few rows `[rows, inputs]`.
  func addAdapter(ofVectors x: Matrix, to y: Matrix, with compute: Compute) {
    guard let pair else { return }
    compute.addLowRank(ofRows: x, a: pair.a, bTransposed: pair.bTransposed, alpha: scale, to: y)
  }

  /// Adds the gradients of A and B to `gradient` and, if asked, that of x to `dx`.
  ///
  /// With t = A·x: dBᵀ = scale · tᵀ·dy, dt = scale · dy·B, dA = dtᵀ·x, dx = dy·W + dt·A.
  ///
  /// - Parameters:
  ///   - x: the layer's input; nil where there is no adapter, as are `reduced` and `gradient`.
  ///   - reduced: A·x as the forward pass left it.
  func backward(
    _ x: Matrix?, reduced: Matrix?, dy: Matrix, gradient: LoRAPair?, dx: Matrix?,
    accumulatesDx: Bool, with compute: Compute
  ) {
    guard dx != nil || pair != nil else { return }
    compute.arena.scoped {
      let packed = compute.pack(dy)
      guard let pair else {
        inputGradient(packed, plus: nil, dx, accumulates: accumulatesDx, with: compute)
        return
      }
      guard let gradient, let reduced, let x else {
        preconditionFailure(
          "an adapter of rank \(pair.a.rows) has nowhere to put its gradient, or lacks its input")
      }
      let dLow = compute.arena.matrix(dy.rows, pair.a.rows)
      compute.multiply(packed, pair.bTransposed.operand, .rowsOfMatrix, alpha: scale, into: dLow)
      compute.multiply(
        compute.packTransposed(reduced), dy.operand, .columnsOfMatrix, alpha: scale,
        accumulate: true, into: gradient.bTransposed)
      let input = dropped(x, with: compute)
      compute.multiply(
        compute.packTransposed(dLow), input.operand, .columnsOfMatrix, accumulate: true,
        into: gradient.a)
      inputGradient(
        packed, plus: LowRankTerm(compute.pack(dLow), pair.a.operand), dx,
        accumulates: accumulatesDx, with: compute)
    }
  }

  /// dx (+)= dy·W + dt·A; with dropout the second part passes its mask first.
  private func inputGradient(
    _ dy: PackedRows, plus term: LowRankTerm?, _ dx: Matrix?, accumulates: Bool,
    with compute: Compute
  ) {
    guard let dx else { return }
    guard let dropout, let term else {
      compute.multiply(
        dy, weight.operand, .columnsOfMatrix, accumulate: accumulates, plus: term, into: dx)
      return
    }
    compute.multiply(dy, weight.operand, .columnsOfMatrix, accumulate: accumulates, into: dx)
    let part = compute.arena.matrix(dx.rows, dx.columns)
    compute.multiply(term, into: part)
    dropout.apply(part, into: part, with: compute)
    compute.add(part, to: dx)
  }

  private func dropped(_ x: Matrix, with compute: Compute) -> Matrix {
    guard let dropout else { return x }
    let result = compute.arena.matrix(x.rows, x.columns)
    dropout.apply(x, into: result, with: compute)
    return result
  }
}
