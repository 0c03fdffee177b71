import Tensors

/// Norms of queries and keys between their linear layers and their turns, each over groups of columns:
/// the elements of a head (Qwen 3, Gemma 3), by weights that each head may have of its own (Command R+), or all
/// of a token's (OLMo 2).
package struct HeadNorms: Sendable {
  package let queries: Norm
  package let keys: Norm
  /// That of heads with weights of their own; nil for one norm for all.
  let headSize: Int?
  /// The same for each group of a token, one after the other; a single one is for all.
  private let queryParts: [Norm]
  private let keyParts: [Norm]

  /// - Parameter headSize: that of heads with weights of their own, which stand end to end in the norms; nil for one
  ///   norm for all.
  package init(queries: Norm, keys: Norm, headSize: Int? = nil) {
    self.queries = queries
    self.keys = keys
    self.headSize = headSize
    queryParts = headSize.map(queries.parts) ?? [queries]
    keyParts = headSize.map(keys.parts) ?? [keys]
  }

  /// The groups of `x` as rows of their own.
  private func groups(of x: Matrix, _ norm: Norm) -> Matrix {
    let width = norm.weight.count
    precondition(
      x.stride == x.columns && x.columns % width == 0,
      "norms of \(width) elements over \(x.columns) columns, \(x.stride) apart")
    return unsafe Matrix(base: x.base, rows: x.rows * (x.columns / width), columns: width)
  }

  /// In place.
  func forward(_ q: Matrix, _ k: Matrix, with compute: Compute) {
    for (x, norms) in [(q, queryParts), (k, keyParts)] {
      let rows = groups(of: x, norms[0])
      compute.forEachBlock(of: rows.rows, grain: 64) {
        Self.forEachNorm(norms, $0) { norm, range in
          norm.forward(rows.rows(range), into: rows.rows(range))
        }
      }
    }
  }

  /// The groups of a range, all at once or, where their norms differ, one by one.
  private static func forEachNorm(
    _ norms: [Norm], _ range: Range<Int>, _ body: (Norm, Range<Int>) -> Void
  ) {
    if norms.count == 1 { return body(norms[0], range) }
    for group in range { body(norms[group % norms.count], group..<group + 1) }
  }

  /// Turns the gradients of what `forward` gave into those of what it was given, and adds those of what is trained
  /// of the norms themselves to the adapter's.
  ///
  /// - Parameters:
  ///   - saved: what it was given.
  ///   - layer: the block.
  func backward(
    _ dq: Matrix, _ dk: Matrix, saved: (queries: StoredActivation, keys: StoredActivation),
    adapter: AdapterUse?, layer: Int, with compute: Compute
  ) {
    for (role, dx, kept, norms) in [
      (BlockNormRole.queries, dq, saved.queries, queryParts), (.keys, dk, saved.keys, keyParts),
    ] {
      compute.arena.scoped {
        let x = groups(of: kept.load(with: compute), norms[0])
        let dy = compute.arena.matrix(dx.rows, dx.columns)
        dy.copy(from: dx)
        dx.fill(0)
        let (rows, gradients) = (groups(of: dy, norms[0]), groups(of: dx, norms[0]))
        adapter?.addGradients(
          of: norms[0], at: .block(layer, role), reading: x, dy: rows, with: compute)
        compute.forEachBlock(of: x.rows, grain: 64) {
          Self.forEachNorm(norms, $0) { norm, range in
            norm.backward(x.rows(range), dy: rows.rows(range), into: gradients.rows(range))
          }
        }
      }
    }
  }
}

extension Norm {
  /// Norms of `width` elements each, whose weights stand end to end in this one.
  fileprivate func parts(of width: Int) -> [Norm] {
    precondition(
      weight.count % width == 0 && bias.isEmpty,
      "\(weight.count) weights and \(bias.count) biases of norms of \(width) elements")
    return stride(from: 0, to: weight.count, by: width).map {
      Norm(kind, weight: Array(weight[$0..<$0 + width]), epsilon: epsilon)
    }
  }
}
