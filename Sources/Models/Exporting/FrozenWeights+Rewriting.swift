import Tensors

/// What folding and encoding anew cost.
package struct RewritingReport: Sendable {
  /// Over the matrices that changed: what is kept against W + scale·B·A before it was encoded.
  package fileprivate(set) var error = ReconstructionError()
  /// Matrices that changed.
  package fileprivate(set) var changed = 0
}

/// How a matrix is kept anew; nil leaves it as it is, or, where an adapter is folded in, as it was.
package typealias SchemeChoice = (_ matrix: FrozenMatrix, _ isFolded: Bool) -> QuantizationScheme?

extension FrozenWeights {
  /// These weights with an adapter folded in (W + scale·B·A, summed in f32) and matrices encoded anew.
  /// What does not change is shared.
  ///
  /// - Parameters:
  ///   - linears: says how the linear layers of the blocks are kept.
  ///   - tables: says the same of the embedding and of an output head of its own.
  ///   - progress: called with the share done after each block.
  /// - Precondition: `untiesHead(under:)` is false, and each scheme fits its matrix.
  package func rewritten(
    folding adapter: Adapter? = nil, linears: SchemeChoice, tables: SchemeChoice = { _, _ in nil },
    with compute: Compute, progress: (Double) -> Void = { _ in }
  ) -> (weights: FrozenWeights, report: RewritingReport) {
    var report = RewritingReport()
    func encode(
      _ matrix: FrozenMatrix, _ change: LoRAPair?, _ choice: SchemeChoice
    ) -> FrozenMatrix {
      let pair = change.flatMap { $0.a.rows > 0 ? $0 : nil }
      let chosen = choice(matrix, pair != nil)
      if pair == nil, chosen == nil || chosen == matrix.scheme { return matrix }
      guard let scheme = chosen ?? matrix.scheme else {
        preconditionFailure("no quantizer makes \(matrix.format.rawValue)")
      }
      let source = pair.map { matrix.adding($0, with: compute) } ?? matrix
      let (result, error) = source.quantized(to: scheme, with: compute)
      report.error.add(error)
      report.changed += 1
      return result
    }
    let blocks = blocks.enumerated().map { layer, block in
      let linears = block.roles.map { role in
        let linear = block[role]
        let pair = adapter?.parameters.pair(at: .block(layer, role))
        let weight = encode(linear.weight, pair, linears)
        return (role, Linear(weight: weight, bias: pair?.biased(linear).bias ?? linear.bias))
      }
      progress(Double(layer + 1) / Double(self.blocks.count))
      return Block(norms: block.norms, linears: linears)
    }
    func table(_ place: TokenTable, _ matrix: FrozenMatrix) -> FrozenMatrix {
      let pair = adapter?.parameters.pair(at: .table(place))
      return encode(matrix, place == .embedding ? pair?.turned : pair, tables)
    }
    let embedding = table(.embedding, embedding)
    let linearHead = self[.table(.head)]
    let headBias = adapter?.parameters.pair(at: .table(.head))?.biased(linearHead).bias ?? headBias
    let result = FrozenWeights(
      embedding: embedding, positions: positions, embeddingNorm: embeddingNorm, blocks: blocks,
      finalNorm: finalNorm, projections: projections,
      head: isTied ? embedding : table(.head, head),
      headBias: headBias)
    return (result, report)
  }

  /// A format that is only read, of a matrix that an adapter stands beside; nil where there is none.
  ///
  /// - Parameter tables: whether to look at the embedding and the head, or at the layers of the blocks.
  package func formatWithoutQuantizer(under adapter: Adapter, tables: Bool = false)
    -> WeightFormat?
  {
    adapter.parameters.layout.entries.lazy
      .filter { $0.hasPair && ($0.place.table != nil) == tables }
      .map { self[$0.place].weight }.first { $0.scheme == nil }?.format
  }

  /// Whether an adapter changes the embedding or the head of a model for which both are one matrix, so that they
  /// would be two once it is folded in.
  package func untiesHead(under adapter: Adapter) -> Bool {
    isTied && !adapter.configuration.tables.isEmpty
  }
}

extension LoRAPair {
  /// The pair beside the transposed matrix.
  fileprivate var turned: LoRAPair {
    LoRAPair(a: bTransposed, bTransposed: a, scale: scale, lengths: nil, bias: nil, isWhole: false)
  }
}

extension FrozenMatrix {
  /// What `quantized` makes this kind of matrix by; nil where there is no quantizer for it.
  package var scheme: QuantizationScheme? {
    guard QuantizationScheme.formats.contains(format) else { return nil }
    return factorBlock == 0
      ? QuantizationScheme(format: format)
      : QuantizationScheme(format: format, block: factorBlock, isDouble: isDouble)
  }

  /// W + scale·B·A in f32, summed over the rank in its order for each row; each row then of its own length
  /// where the pair has some.
  func adding(_ pair: LoRAPair, with compute: Compute) -> FrozenMatrix {
    precondition(
      pair.a.columns == columns && pair.bTransposed.columns == rows,
      "an adapter for \(pair.bTransposed.columns) × \(pair.a.columns) beside \(rows) × \(columns)")
    let buffer = RawBuffer(byteCount: rows * columns * 4)
    compute.forEachBlock(of: rows, grain: 16) { block in
      let values = unsafe buffer.bound(to: Float.self)
      for row in block {
        let output = unsafe values + row * columns
        unsafe dequantize(row: row, into: output)
        for rank in 0..<pair.a.rows {
          let factor = unsafe pair.scale * pair.bTransposed.row(rank)[row]
          let a = unsafe pair.a.row(rank)
          for column in 0..<columns { unsafe output[column] += factor * a[column] }
        }
        if let lengths = pair.lengths {
          let norm = unsafe VectorUpdates.sumOfSquares(output, count: columns).squareRoot()
          unsafe VectorUpdates.scale(
            output, by: Float(Double(lengths.base[row]) / norm), count: columns)
        }
      }
    }
    return unsafe FrozenMatrix(
      format: .f32, rows: rows, columns: columns, data: buffer.base, rowByteCount: columns * 4,
      owners: [buffer])
  }
}
