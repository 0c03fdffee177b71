import Tensors

/// A frozen linear layer with an optional adapter: y = W·x + bias + scale · B·A·dropout(x), or weight-decomposed
/// y = W·(x − x̂) + bias + f · (W·x̂ + scale · B·A·x̂) with x̂ = dropout(x) and for each row f = length / ‖W + scale · B·A‖.
/// The A of a whole change is the identity, and is passed over.
struct LinearLayer {
  let weight: FrozenMatrix
  /// Empty where nothing is added.
  let bias: [Float]
  let pair: LoRAPair?
  /// The lengths of the rows of W + scale · B·A, of a weight-decomposed layer.
  let norms: [Float]?
  let dropout: Dropout?

  init(
    _ linear: FrozenWeights.Linear, pair: LoRAPair? = nil, norms: [Float]? = nil,
    dropout: Dropout? = nil
  ) {
    weight = linear.weight
    bias = linear.bias
    if let pair {
      precondition(
        pair.a.columns == linear.weight.columns
          && pair.bTransposed.columns == linear.weight.rows,
        "an adapter for \(pair.bTransposed.columns) × \(pair.a.columns) beside a layer of "
          + "\(linear.weight.rows) × \(linear.weight.columns)")
      precondition(
        (pair.lengths == nil) == (norms == nil)
          && norms.map { $0.count == linear.weight.rows } ?? true,
        "\(norms?.count ?? 0) norms of \(linear.weight.rows) rows")
    }
    self.pair = pair
    self.norms = norms
    self.dropout = dropout
  }

  /// What the rows of a weight-decomposed layer are multiplied by.
  private var factors: [Float]? {
    guard let lengths = pair?.lengths, let norms else { return nil }
    return norms.indices.map { unsafe lengths.base[$0] / norms[$0] }
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
    guard let pair, !pair.isWhole else {
      if let y {
        compute.multiply(packed, weight.operand, .rowsOfMatrix, accumulate: accumulates, into: y)
        if let pair {
          compute.multiply(
            packed, pair.bTransposed.operand, .columnsOfMatrix, alpha: pair.scale,
            accumulate: true, into: y)
        }
      }
      return
    }
    compute.arena.scoped {
      let low = reduced ?? compute.arena.matrix(packed.rows, pair.a.rows)
      let input = dropout == nil ? packed : compute.pack(dropped(x(), with: compute))
      compute.multiply(input, pair.a.operand, .rowsOfMatrix, into: low)
      guard let y else { return }
      guard let factors else {
        compute.multiply(
          packed, weight.operand, .rowsOfMatrix, accumulate: accumulates,
          plus: LowRankTerm(compute.pack(low), pair.bTransposed.operand, alpha: pair.scale), into: y
        )
        return
      }
      let changed = changed(input, low, pair, with: compute)
      compute.multiply(columns: changed, by: factors, into: changed)
      if dropout != nil {
        let rest = remainder(x(), with: compute)
        compute.multiply(
          compute.pack(rest), weight.operand, .rowsOfMatrix, accumulate: true, into: changed)
      }
      if accumulates { compute.add(changed, to: y) } else { y.copy(from: changed) }
    }
  }

  /// W·x̂ + scale · B·A·x̂, in the arena.
  private func changed(
    _ input: PackedRows, _ low: Matrix, _ pair: LoRAPair, with compute: Compute
  ) -> Matrix {
    let result = compute.arena.matrix(input.rows, weight.rows)
    compute.multiply(
      input, weight.operand, .rowsOfMatrix,
      plus: LowRankTerm(compute.pack(low), pair.bTransposed.operand, alpha: pair.scale),
      into: result)
    return result
  }

  /// For few rows `[rows, inputs]`: y, which is W·x, becomes what the layer gives before its bias.
  func addAdapter(ofVectors x: Matrix, to y: Matrix, with compute: Compute) {
    guard let pair else { return }
    guard !pair.isWhole else {
      return compute.addProduct(
        ofRows: x, transposed: pair.bTransposed, alpha: pair.scale, to: y)
    }
    compute.addLowRank(
      ofRows: x, a: pair.a, bTransposed: pair.bTransposed, alpha: pair.scale, to: y)
    if let factors { compute.multiply(columns: y, by: factors, into: y) }
  }

  /// Adds the gradients of A and B, and of lengths, to `gradient` and, if asked, that of x to `dx`.
  ///
  /// With t = A·x̂: dBᵀ = scale · tᵀ·dy, dt = scale · dy·B, dA = dtᵀ·x̂, dx = dy·W + dt·A. Weight-decomposed, with
  /// u = W·x̂ + scale · B·t: d(length) = Σ dy·u / norm, and f · dy takes the place of dy behind x̂. Norms count as
  /// constants there.
  ///
  /// - Parameters:
  ///   - x: the layer's input; nil where there is no adapter, as are `reduced` and `gradient`.
  ///   - reduced: A·x̂ as the forward pass left it; nil for a whole change.
  func backward(
    _ x: Matrix?, reduced: Matrix?, dy: Matrix, gradient: LoRAPair?, dx: Matrix?,
    accumulatesDx: Bool, with compute: Compute
  ) {
    guard dx != nil || pair != nil else { return }
    compute.arena.scoped {
      guard let pair else {
        inputGradient(compute.pack(dy), nil, nil, dx, accumulates: accumulatesDx, with: compute)
        return
      }
      if pair.isWhole {
        return wholeBackward(
          x, pair, dy: dy, gradient: gradient, dx: dx, accumulatesDx: accumulatesDx, with: compute)
      }
      guard let gradient, let reduced, let x else {
        preconditionFailure(
          "an adapter of rank \(pair.a.rows) has nowhere to put its gradient, or lacks its input")
      }
      let input = dropped(x, with: compute)
      let scaled = scaledGradient(dy, input, reduced, gradient, with: compute)
      let packed = compute.pack(scaled ?? dy)
      let dLow = compute.arena.matrix(dy.rows, pair.a.rows)
      compute.multiply(
        packed, pair.bTransposed.operand, .rowsOfMatrix, alpha: pair.scale, into: dLow)
      compute.multiply(
        compute.packTransposed(reduced), (scaled ?? dy).operand, .columnsOfMatrix,
        alpha: pair.scale, accumulate: true, into: gradient.bTransposed)
      compute.multiply(
        compute.packTransposed(dLow), input.operand, .columnsOfMatrix, accumulate: true,
        into: gradient.a)
      inputGradient(
        packed, scaled == nil ? nil : dy, LowRankTerm(compute.pack(dLow), pair.a.operand), dx,
        accumulates: accumulatesDx, with: compute)
    }
  }

  /// dBᵀ = scale · xᵀ·dy and dx = dy·W + scale · dy·B.
  private func wholeBackward(
    _ x: Matrix?, _ pair: LoRAPair, dy: Matrix, gradient: LoRAPair?, dx: Matrix?,
    accumulatesDx: Bool, with compute: Compute
  ) {
    guard let gradient, let x else {
      preconditionFailure(
        "a change of \(weight.rows) × \(weight.columns) has nowhere to put its gradient, or lacks its input"
      )
    }
    compute.multiply(
      compute.packTransposed(x), dy.operand, .columnsOfMatrix, alpha: pair.scale,
      accumulate: true, into: gradient.bTransposed)
    guard let dx else { return }
    let packed = compute.pack(dy)
    compute.multiply(
      packed, weight.operand, .columnsOfMatrix, accumulate: accumulatesDx, into: dx)
    compute.multiply(
      packed, pair.bTransposed.operand, .rowsOfMatrix, alpha: pair.scale, accumulate: true, into: dx
    )
  }

  /// f · dy in the arena, after the gradient of lengths was added; nil where the layer is not
  /// weight-decomposed.
  private func scaledGradient(
    _ dy: Matrix, _ input: Matrix, _ reduced: Matrix, _ gradient: LoRAPair, with compute: Compute
  ) -> Matrix? {
    guard let factors, let norms, let pair, let lengths = gradient.lengths else { return nil }
    compute.arena.scoped {
      let changed = changed(compute.pack(input), reduced, pair, with: compute)
      compute.multiply(changed, elementwise: dy, into: changed)
      let sums = compute.columnSums(of: changed)
      for row in norms.indices { unsafe lengths.base[row] += Float(sums[row] / Double(norms[row])) }
    }
    let scaled = compute.arena.matrix(dy.rows, dy.columns)
    compute.multiply(columns: dy, by: factors, into: scaled)
    return scaled
  }

  /// dx (+)= g·W + dt·A with g what stands behind x̂. With dropout the part behind x̂ passes its mask first;
  /// weight-decomposed, dy·W is left for x − x̂.
  ///
  /// - Parameter dy: of a weight-decomposed layer, whose `g` is another.
  private func inputGradient(
    _ g: PackedRows, _ dy: Matrix?, _ term: LowRankTerm?, _ dx: Matrix?, accumulates: Bool,
    with compute: Compute
  ) {
    guard let dx else { return }
    guard let dropout, let term else {
      compute.multiply(
        g, weight.operand, .columnsOfMatrix, accumulate: accumulates, plus: term, into: dx)
      return
    }
    let part = compute.arena.matrix(dx.rows, dx.columns)
    if let dy {
      // x − x̂ takes dy·W without its masked part.
      let rest = compute.arena.matrix(dx.rows, dx.columns)
      compute.multiply(compute.pack(dy), weight.operand, .columnsOfMatrix, into: rest)
      compute.multiply(g, weight.operand, .columnsOfMatrix, plus: term, into: part)
      compute.subtract(rest, from: part)
      if accumulates { compute.add(rest, to: dx) } else { dx.copy(from: rest) }
    } else {
      compute.multiply(g, weight.operand, .columnsOfMatrix, accumulate: accumulates, into: dx)
      compute.multiply(term, into: part)
    }
    dropout.apply(part, into: part, with: compute)
    compute.add(part, to: dx)
  }

  private func dropped(_ x: Matrix, with compute: Compute) -> Matrix {
    guard let dropout else { return x }
    let result = compute.arena.matrix(x.rows, x.columns)
    dropout.apply(x, into: result, with: compute)
    return result
  }

  /// x − x̂.
  private func remainder(_ x: Matrix, with compute: Compute) -> Matrix {
    let result = compute.arena.matrix(x.rows, x.columns)
    result.copy(from: x)
    compute.arena.scoped { compute.subtract(dropped(x, with: compute), from: result) }
    return result
  }
}
