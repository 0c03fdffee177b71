import Tensors

/// What the first block reads, and its gradient.
extension DecoderModel {
  /// What the first block reads, `[tokens, hidden]`.
  ///
  /// - Parameters:
  ///   - tokens: ids of the vocabulary; loading makes sure that the tokenizer has no others.
  ///   - positions: of each token in its sequence, within the model's context.
  func embed(
    _ tokens: [Int32], positions: [Int32], noise: EmbeddingNoise? = nil,
    adapter: AdapterUse? = nil, with compute: Compute
  ) -> Matrix {
    let x = embedBeforeNorm(
      tokens, positions: positions, noise: noise, adapter: adapter, with: compute)
    if let norm = adaptedNorm(.embedding, adapter) {
      compute.forEachBlock(of: x.rows, grain: 64) { norm.forward(x.rows($0), into: x.rows($0)) }
    }
    return x
  }

  private func embedBeforeNorm(
    _ tokens: [Int32], positions: [Int32], noise: EmbeddingNoise?, adapter: AdapterUse?,
    with compute: Compute
  ) -> Matrix {
    let pair = adapter?.adapter.parameters.pair(at: .table(.embedding))
    let frozen = weights[.table(.embedding)]
    let table = pair?.replacing(frozen) ?? frozen
    let embedded = gather(tokens, of: table.weight, "token", with: compute)
    if let pair, pair.a.rows > 0 { pair.add(rowsOf: tokens, to: embedded, with: compute) }
    pair?.tokenRows?.replaceRows(of: tokens, in: embedded)
    compute.scale(embedded, by: description.scales.embedding)
    noise?.add(to: embedded)
    let x =
      weights.projections.map { projected(embedded, by: $0.input, with: compute) } ?? embedded
    if let learned = weights.positions {
      precondition(positions.count == x.rows, "\(positions.count) positions for \(x.rows) tokens")
      let rows = positions.map { $0 + Int32(description.positionOffset) }
      compute.arena.scoped {
        compute.add(gather(rows, of: learned, "position", with: compute), to: x)
      }
    }
    return x
  }

  /// Adds the gradients of what is trained of the embedding, and of its norm, to the adapter's.
  ///
  /// - Parameters:
  ///   - dx: the gradient of what `embed` gave for the same arguments.
  func embedBackward(
    _ dx: Matrix, _ batch: TokenBatch, noise: EmbeddingNoise?, adapter: AdapterUse,
    with compute: Compute
  ) {
    compute.arena.scoped {
      var dEmbedded = dx
      if let norm = adaptedNorm(.embedding, adapter) {
        let x = embedBeforeNorm(
          batch.tokens, positions: batch.positions, noise: noise, adapter: adapter, with: compute)
        dEmbedded = compute.arena.matrix(dx.rows, dx.columns)
        dEmbedded.fill(0)
        norm.backward(x, dy: dx, into: dEmbedded)
        adapter.addGradients(of: norm, at: .embedding, reading: x, dy: dx, with: compute)
      }
      guard let pair = adapter.adapter.parameters.pair(at: .table(.embedding)),
        let gradient = adapter.gradientPair(at: .table(.embedding))
      else { return }
      if let projection = weights.projections?.input {
        let read = compute.arena.matrix(dx.rows, projection.columns)
        compute.multiply(
          compute.pack(dEmbedded), projection.operand, .columnsOfMatrix, into: read)
        dEmbedded = read
      }
      compute.scale(dEmbedded, by: description.scales.embedding)
      if pair.a.rows > 0 {
        pair.addGradient(
          of: dEmbedded, rowsOf: batch.tokens, padding: description.paddingToken, to: gradient,
          with: compute)
      }
      if let rows = gradient.tokenRows {
        rows.addRows(of: batch.tokens, dEmbedded, padding: description.paddingToken)
      } else {
        gradient.weight?.add(dEmbedded, toRows: batch.tokens, padding: description.paddingToken)
      }
    }
  }

  /// The rows of a table, one after the other, in the arena.
  private func gather(
    _ numbers: [Int32], of table: FrozenMatrix, _ what: String, with compute: Compute
  ) -> Matrix {
    let rows = 0..<Int32(clamping: table.rows)
    if let outside = numbers.first(where: { !rows.contains($0) }) {
      preconditionFailure("the \(what) \(outside) has no row among \(rows.upperBound)")
    }
    let result = compute.arena.matrix(numbers.count, table.columns)
    compute.forEachBlock(of: numbers.count, grain: 64) { block in
      for row in block { unsafe table.dequantize(row: Int(numbers[row]), into: result.row(row)) }
    }
    return result
  }
}

extension Matrix {
  /// Adds each row of `x` to the row that is named for it, in their order; none to that of padding.
  fileprivate func add(_ x: Matrix, toRows rows: [Int32], padding: Int?) {
    for (index, row) in rows.enumerated() where Int(row) != padding {
      let (target, source) = unsafe (self.row(Int(row)), x.row(index))
      for column in 0..<columns { unsafe target[column] += source[column] }
    }
  }
}

/// A pair beside an embedding, whose input has a one in the place of its token: A·x is a column of A.
extension LoRAPair {
  /// Adds scale · B·A·x of each token to its row.
  func add(rowsOf tokens: [Int32], to embedded: Matrix, with compute: Compute) {
    compute.arena.scoped {
      compute.multiply(
        compute.pack(columns(tokens, with: compute)), bTransposed.operand, .columnsOfMatrix,
        alpha: scale, accumulate: true, into: embedded)
    }
  }

  /// With t = A·x: dBᵀ = scale · tᵀ·dy, and of A each token's column gets scale · dy·B, in the order of tokens;
  /// that of padding gets none.
  func addGradient(
    of dy: Matrix, rowsOf tokens: [Int32], padding: Int?, to gradient: LoRAPair,
    with compute: Compute
  ) {
    compute.arena.scoped {
      compute.multiply(
        compute.packTransposed(columns(tokens, with: compute)), dy.operand, .columnsOfMatrix,
        alpha: scale, accumulate: true, into: gradient.bTransposed)
      let dColumns = compute.arena.matrix(dy.rows, a.rows)
      compute.multiply(
        compute.pack(dy), bTransposed.operand, .rowsOfMatrix, alpha: scale, into: dColumns)
      for (row, token) in tokens.enumerated() where Int(token) != padding {
        for rank in 0..<a.rows {
          unsafe gradient.a.row(rank)[Int(token)] += dColumns.row(row)[rank]
        }
      }
    }
  }

  /// A·x of each token, `[tokens, rank]` in the arena.
  private func columns(_ tokens: [Int32], with compute: Compute) -> Matrix {
    let result = compute.arena.matrix(tokens.count, a.rows)
    for (row, token) in tokens.enumerated() {
      for rank in 0..<a.rows { unsafe result.row(row)[rank] = a.row(rank)[Int(token)] }
    }
    return result
  }
}
