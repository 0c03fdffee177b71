import Tensors

/// The output head with its adapter: what the last block leaves, through the final norm, becomes logits.
struct OutputHead {
  let model: DecoderModel
  let adapter: AdapterUse?
  let compute: Compute

  private var weights: FrozenWeights { model.weights }
  private var frozen: FrozenWeights.Linear { weights[.table(.head)] }
  private var isAdapted: Bool { adapter?.adapter.parameters.pair(at: .table(.head)) != nil }

  /// Rows of tokens that the adapter trains.
  private var rows: TokenRows? {
    adapter?.adapter.parameters.pair(at: .table(.head))?.tokenRows
  }

  private var gradientRows: TokenRows? { adapter?.gradientPair(at: .table(.head))?.tokenRows }

  private func layer(part: Int = 0) -> LinearLayer {
    adapter?.layer(frozen, at: .table(.head), part: part, with: compute) ?? LinearLayer(frozen)
  }

  /// - Parameters:
  ///   - x: rows of the stream that the last block leaves.
  ///   - logits: `[rows, vocabulary]`, overwritten.
  func forward(_ x: Matrix, into logits: Matrix) {
    let input = model.headInput(x, adapter: adapter, with: compute)
    let packed = compute.pack(input)
    if isAdapted {
      layer().forward(input, packed: packed, into: logits, reduced: nil, with: compute)
      rows?.replaceLogits(of: packed, in: logits, with: compute)
    } else {
      compute.multiply(packed, frozen.weight.operand, .rowsOfMatrix, into: logits)
      if !frozen.bias.isEmpty { compute.spread(frozen.bias, over: logits, accumulates: true) }
    }
    scale(logits)
  }

  /// The same for few rows, straight from the quantized weights.
  func forward(ofVectors x: Matrix, into logits: Matrix) {
    let input = model.headInput(x, adapter: adapter, with: compute)
    let layer = layer()
    // The next token hangs on the logits: where products of many rows are exact, so are these.
    compute.multiply(
      compute.packVectors(input, isExact: compute.precision == .f32),
      by: [(layer.weight, logits)])
    layer.addAdapter(ofVectors: input, to: logits, with: compute)
    if !layer.bias.isEmpty { compute.spread(layer.bias, over: logits, accumulates: true) }
    rows?.replaceLogits(ofVectors: input, in: logits, with: compute)
    scale(logits)
  }

  private func scale(_ logits: Matrix) {
    for row in 0..<logits.rows {
      unsafe model.logitScaling.forward(logits.row(row), count: logits.columns)
    }
  }

  /// The loss of the tokens that follow.
  ///
  /// - Parameters:
  ///   - input: what the head reads, `[positions, width]`.
  ///   - gradient: receives `weight` · d loss / d input, and the adapter's gradient its own; nil where none is
  ///     asked for.
  func score(
    _ input: Matrix, targets: [Int32], smoothing: Float = 0, gradient: Matrix? = nil,
    weight: Float = 1
  ) -> CrossEntropy.Score {
    guard isAdapted else {
      return CrossEntropy.score(
        hidden: input, targets: targets, head: weights.head, bias: weights.headBias,
        scaling: model.logitScaling, smoothing: smoothing, gradient: gradient, weight: weight,
        with: compute)
    }
    let entry = adapter?.adapter.parameters.layout.entry(at: .table(.head))
    let reduced = entry.flatMap {
      $0.isWhole || !$0.hasPair ? nil : compute.arena.matrix(input.rows, $0.rank)
    }
    return CrossEntropy.score(
      positions: input.rows, vocabulary: frozen.weight.rows, targets: targets,
      scaling: model.logitScaling, smoothing: smoothing, weight: gradient.map { _ in weight },
      with: compute
    ) { rows, logits in
      let x = input.rows(rows)
      let packed = compute.pack(x)
      layer(part: rows.lowerBound).forward(
        x, packed: packed, into: logits, reduced: reduced?.rows(rows), with: compute)
      self.rows?.replaceLogits(of: packed, in: logits, with: compute)
    } backward: { rows, dLogits in
      adapter?.addOwnGradients(
        of: dLogits, reading: input.rows(rows), at: .table(.head), with: compute)
      let dRows = self.rows?.takeGradients(from: dLogits, with: compute)
      layer(part: rows.lowerBound).backward(
        input.rows(rows), reduced: reduced?.rows(rows), dy: dLogits,
        gradient: adapter?.gradientPair(at: .table(.head)), dx: gradient?.rows(rows),
        accumulatesDx: false, with: compute)
      if let dRows, let own = gradientRows {
        self.rows?.backward(
          dRows, reading: input.rows(rows), into: own, dx: gradient?.rows(rows), with: compute)
      }
    }
  }
}
