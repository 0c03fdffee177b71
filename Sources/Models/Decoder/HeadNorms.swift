import Tensors

/// Norms of queries and keys between their linear layers and their turns, each over groups of columns:
/// the elements of a head (Qwen 3, Gemma 3), or all of a token's (OLMo 2).
package struct HeadNorms: Sendable {
  package let queries: Norm
  package let keys: Norm

  package init(queries: Norm, keys: Norm) {
    self.queries = queries
    self.keys = keys
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
    for (x, norm) in [(q, queries), (k, keys)] {
      let rows = groups(of: x, norm)
      compute.forEachBlock(of: rows.rows, grain: 64) {
        norm.forward(rows.rows($0), into: rows.rows($0))
      }
    }
  }

  /// Turns the gradients of what `forward` gave into those of what it was given.
  ///
  /// - Parameters:
  ///   - saved: what it was given.
  func backward(
    _ dq: Matrix, _ dk: Matrix, saved: (queries: StoredActivation, keys: StoredActivation),
    with compute: Compute
  ) {
    for (dx, kept, norm) in [(dq, saved.queries, queries), (dk, saved.keys, keys)] {
      compute.arena.scoped {
        let x = groups(of: kept.load(with: compute), norm)
        let dy = compute.arena.matrix(dx.rows, dx.columns)
        dy.copy(from: dx)
        dx.fill(0)
        let (rows, gradients) = (groups(of: dy, norm), groups(of: dx, norm))
        compute.forEachBlock(of: x.rows, grain: 64) {
          norm.backward(x.rows($0), dy: rows.rows($0), into: gradients.rows($0))
        }
      }
    }
  }
}
