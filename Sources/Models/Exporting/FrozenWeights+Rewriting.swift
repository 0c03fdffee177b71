import Tensors

/// What folding and encoding anew cost.
package struct RewritingReport: Sendable {
  /// Over the matrices that changed: what is kept against W + scale·B·A before it was encoded.
  package fileprivate(set) var error = ReconstructionError()
  /// Matrices that changed.
  package fileprivate(set) var changed = 0
}

/// How a matrix is kept anew; nil leaves it as it is, or, where an adapter is folded in, as it was.
package typealias SchemeChoice = (_ place: ModulePlace, _ isFolded: Bool) -> QuantizationScheme?

extension FrozenWeights {
  /// These weights with an adapter folded in (W + scale·B·A, summed in f32, or what it has in place of W) and
  /// matrices encoded anew. What does not change is shared.
  ///
  /// - Parameters:
  ///   - scheme: says how each matrix is kept; a tied head is what the embedding is.
  ///   - progress: called with the share done after each block.
  /// - Precondition: `untiesHead(under:)` is false, and each scheme fits its matrix.
  package func rewritten(
    folding adapter: Adapter? = nil, as scheme: SchemeChoice, with compute: Compute,
    progress: (Double) -> Void = { _ in }
  ) -> (weights: FrozenWeights, report: RewritingReport) {
    var report = RewritingReport()
    let use = adapter.map { AdapterUse($0) }
    func encode(_ linear: Linear, at place: ModulePlace) -> Linear {
      let pair = adapter?.parameters.pair(at: place)
      let own = pair?.replacing(linear) ?? linear
      let isFolded = pair.map { $0.a.rows > 0 || $0.weight != nil } ?? false
      let chosen = scheme(place, isFolded)
      if !isFolded, chosen == nil || chosen == linear.weight.scheme {
        return Linear(weight: linear.weight, bias: own.bias)
      }
      guard let scheme = chosen ?? linear.weight.scheme else {
        preconditionFailure("no quantizer makes \(linear.weight.format.rawValue)")
      }
      let change = pair.flatMap { $0.a.rows > 0 ? $0 : nil }
      let source =
        change.map {
          own.weight.adding(place == .table(.embedding) ? $0.turned : $0, with: compute)
        } ?? pair?.tokenRows?.replacingRows(of: own.weight)
        ?? (isFolded ? own.weight.expanded() : own.weight)
      let (result, error) = source.quantized(to: scheme, with: compute)
      report.error.add(error)
      report.changed += 1
      return Linear(weight: result, bias: own.bias)
    }
    func norm(_ place: NormPlace, _ norm: Norm) -> Norm { use?.norm(norm, at: place) ?? norm }
    let blocks = blocks.enumerated().map { layer, block in
      let linears = block.roles.map { role in
        (role, encode(block[role], at: .block(layer, role)))
      }
      progress(Double(layer + 1) / Double(self.blocks.count))
      return Block(norms: use?.norms(block.norms, layer: layer) ?? block.norms, linears: linears)
    }
    let embedding = encode(self[.table(.embedding)], at: .table(.embedding)).weight
    let head = isTied ? nil : encode(self[.table(.head)], at: .table(.head))
    let ownHead = adapter?.parameters.pair(at: .table(.head))?.replacing(self[.table(.head)])
    let result = FrozenWeights(
      embedding: embedding, positions: positions,
      embeddingNorm: embeddingNorm.map { norm(.embedding, $0) }, blocks: blocks,
      finalNorm: finalNorm.map { norm(.output, $0) }, projections: projections,
      head: head?.weight ?? embedding, headBias: ownHead?.bias ?? headBias)
    return (result, report)
  }

  /// A format that is only read, of a matrix that an adapter stands beside; nil where there is none.
  ///
  /// - Parameter tables: whether to look at the embedding and the head, or at the layers of the blocks.
  package func formatWithoutQuantizer(under adapter: Adapter, tables: Bool = false)
    -> WeightFormat?
  {
    adapter.parameters.layout.entries.lazy
      .filter { ($0.hasPair || $0.isSaved) && $0.place.norm == nil }
      .filter { ($0.place.table != nil) == tables }
      .map { self[$0.place].weight }.first { $0.scheme == nil }?.format
  }

  /// Whether an adapter changes the embedding or the head of a model for which both are one matrix, so that they
  /// would be two once it is folded in.
  package func untiesHead(under adapter: Adapter) -> Bool {
    let changes = adapter.configuration
    return isTied && !changes.changedTables.isEmpty
      && !changes.tiesTables(of: adapter.parameters.layout.model)
  }
}

extension LoRAPair {
  /// The pair beside the transposed matrix.
  fileprivate var turned: LoRAPair {
    LoRAPair(
      a: bTransposed, bTransposed: a, scale: scale, lengths: nil, bias: nil, weight: nil,
      tokens: [],
      isWhole: false)
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
