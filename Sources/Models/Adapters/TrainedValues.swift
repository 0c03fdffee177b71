import Tensors

/// Weights and biases of the model's own that an adapter trains, and that stand in place of the base's.
extension Adapter {
  /// Starts them as the base has them.
  package func takeValues(of weights: FrozenWeights) {
    let layout = parameters.layout
    for entry in layout.entries where entry.isSaved || entry.hasBias {
      let pair = parameters.pair(entry)
      if let place = entry.place.norm {
        guard let norm = weights.norm(at: place) else { continue }
        pair.weight?.fill(with: norm.weight.map { $0 - layout.model.moduleNormOffset })
        pair.bias?.fill(with: norm.bias)
        continue
      }
      let linear = weights[entry.place]
      pair.bias?.fill(with: linear.bias)
      guard let weight = pair.weight else { continue }
      for row in 0..<weight.rows {
        let source = pair.tokens.isEmpty ? row : pair.tokens[row]
        unsafe linear.weight.dequantize(row: source, into: weight.row(row))
      }
    }
  }
}

extension LoRAPair {
  /// The frozen layer, with what is trained of it in place of its own, but for rows of tokens. A trained weight is
  /// read where the adapter has it, and lives as long.
  func replacing(_ linear: FrozenWeights.Linear) -> FrozenWeights.Linear {
    let weight = tokens.isEmpty ? weight : nil
    guard weight != nil || bias != nil else { return linear }
    return FrozenWeights.Linear(
      weight: weight.map(FrozenMatrix.init(view:)) ?? linear.weight,
      bias: bias.map { bias in (0..<bias.columns).map { unsafe bias.base[$0] } } ?? linear.bias)
  }
}

extension FrozenMatrix {
  /// The numbers of a matrix, whose rows lie end to end and which outlives this.
  convenience init(view matrix: Matrix) {
    precondition(matrix.stride == matrix.columns, "rows \(matrix.stride) apart")
    unsafe self.init(
      format: .f32, rows: matrix.rows, columns: matrix.columns, data: matrix.base,
      rowByteCount: matrix.columns * 4, owners: [])
  }
}

extension AdapterUse {
  /// A norm with what is trained of it in place of its own.
  func norm(_ norm: Norm, at place: NormPlace) -> Norm {
    guard let pair = adapter.parameters.pair(at: .norm(place)) else { return norm }
    return norm.replacing(
      weight: pair.weight, offset: adapter.parameters.layout.model.moduleNormOffset,
      bias: pair.bias)
  }

  /// The same of a block's norms.
  func norms(_ norms: BlockNorms, layer: Int) -> BlockNorms {
    guard adapter.parameters.layout.trainsNorms else { return norms }
    return norms.changed { role, norm in self.norm(norm, at: .block(layer, role)) }
  }

  /// Whether something of a norm is trained.
  func trains(_ norm: NormPlace) -> Bool {
    adapter.parameters.layout.entry(at: .norm(norm)) != nil
  }

  /// Adds the gradients of what is trained of a linear layer itself: of its weight dyᵀ·x, of its bias the sum of the
  /// rows of dy.
  ///
  /// - Parameter x: what the layer read; nil where only its bias may be trained.
  func addOwnGradients(
    of dy: Matrix, reading x: Matrix?, at place: ModulePlace, with compute: Compute
  ) {
    guard let gradient = gradientPair(at: place) else { return }
    if let bias = gradient.bias { bias.add(compute.columnSums(of: dy)) }
    guard let weight = gradient.weight, gradient.tokens.isEmpty, let x else { return }
    compute.arena.scoped {
      compute.multiply(
        compute.packTransposed(dy), x.operand, .columnsOfMatrix, accumulate: true, into: weight)
    }
  }

  /// Adds the gradients of what is trained of a norm: of its weights the sum of the rows of x̂ · dy, with x̂ what it
  /// multiplies by them, and of its bias that of dy.
  ///
  /// - Parameters:
  ///   - norm: its kind; of heads with weights of their own, that of one of them.
  ///   - x: what it read, as wide as `norm`, in rows end to end.
  func addGradients(
    of norm: Norm, at place: NormPlace, reading x: Matrix, dy: Matrix, with compute: Compute
  ) {
    guard let gradient = gradientPair(at: .norm(place)) else { return }
    if let bias = gradient.bias { bias.add(compute.columnSums(of: dy.rows(of: bias.count))) }
    guard let weight = gradient.weight else { return }
    compute.arena.scoped {
      let unit = Norm(
        norm.kind, weight: [Float](repeating: 1, count: x.columns), epsilon: norm.epsilon)
      let products = unit.forward(x, with: compute)
      compute.multiply(products, elementwise: dy, into: products)
      weight.add(compute.columnSums(of: products.rows(of: weight.count)))
    }
  }
}

extension Matrix {
  /// The same numbers, which lie end to end, in rows of another length.
  fileprivate func rows(of columns: Int) -> Matrix {
    unsafe Matrix(base: base, rows: count / columns, columns: columns)
  }

  fileprivate func fill(with values: [Float]) {
    for (index, value) in values.enumerated() { unsafe base[index] = value }
  }

  fileprivate func add(_ sums: [Double]) {
    for (index, sum) in sums.enumerated() { unsafe base[index] += Float(sum) }
  }
}
