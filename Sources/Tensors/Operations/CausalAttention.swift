import CKernels
import Glibc

/// Causal softmax attention with grouped key/value heads (arXiv 2305.13245), cut into blocks of
/// query rows so that scores of a whole sequence never exist at once.
///
/// Sequences lie end to end in one matrix and see only themselves. Scores are computed again in the
/// backward pass instead of being kept.
package struct CausalAttention: Sendable {
  package let heads: Int
  package let keyValueHeads: Int
  package let headSize: Int

  package init(heads: Int, keyValueHeads: Int, headSize: Int) {
    precondition(
      headSize > 0 && keyValueHeads > 0 && heads % keyValueHeads == 0,
      "\(heads) heads of \(headSize) over \(keyValueHeads)")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
  }

  private var scale: Float { 1 / Float(headSize).squareRoot() }
  private var group: Int { heads / keyValueHeads }
  private static let queryBlock = 48

  /// - Parameters:
  ///   - q: `[tokens, heads · headSize]`, positions already embedded.
  ///   - k, v: `[tokens, keyValueHeads · headSize]`.
  ///   - sequences: the token ranges that see each other.
  ///   - output: `[tokens, heads · headSize]`.
  package func forward(
    q: Matrix, k: Matrix, v: Matrix, sequences: [Range<Int>], into output: Matrix,
    with compute: Compute
  ) {
    check(q: q, k: k, v: v, past: 0, output: output)
    compute.pool.run(sequences.count * keyValueHeads) { task, worker in
      let tokens = sequences[task / keyValueHeads]
      let arena = compute.scratch(of: worker)
      arena.scoped {
        forward(
          q: q.rows(tokens), k: k.rows(tokens), v: v.rows(tokens), past: 0,
          keyValueHead: task % keyValueHeads, into: output.rows(tokens),
          SerialProducts(operands: compute.operands, arena: arena))
      }
    }
  }

  /// New tokens of one sequence against all keys so far: `q` `[tokens, …]`, `k` and `v`
  /// `[past + tokens, …]`.
  package func forward(
    q: Matrix, k: Matrix, v: Matrix, past: Int, into output: Matrix, with compute: Compute
  ) {
    check(q: q, k: k, v: v, past: past, output: output)
    if q.rows == 1 {
      decode(q: q, k: k, v: v, into: output, with: compute)
      return
    }
    compute.pool.run(keyValueHeads) { head, worker in
      let arena = compute.scratch(of: worker)
      arena.scoped {
        forward(
          q: q, k: k, v: v, past: past, keyValueHead: head, into: output,
          SerialProducts(operands: compute.operands, arena: arena))
      }
    }
  }

  /// Queries, keys and values have the columns of their heads, and as many rows as the tokens seen.
  private func check(q: Matrix, k: Matrix, v: Matrix, past: Int, output: Matrix) {
    precondition(
      q.columns == heads * headSize && k.columns == keyValueHeads * headSize
        && v.columns == k.columns && k.rows == past + q.rows && v.rows == k.rows
        && output.rows == q.rows && output.columns == q.columns,
      "attention of \(q.rows) × \(q.columns) to \(k.rows) × \(k.columns) and \(v.rows) × "
        + "\(v.columns) after \(past), into \(output.rows) × \(output.columns)")
  }

  private func slice(_ matrix: Matrix, head: Int) -> Matrix {
    matrix.columns(head * headSize..<(head + 1) * headSize)
  }

  private func forward(
    q: Matrix, k: Matrix, v: Matrix, past: Int, keyValueHead: Int, into output: Matrix,
    _ products: SerialProducts
  ) {
    let keys = products.panels(ofRows: slice(k, head: keyValueHead))
    let values = products.panels(ofColumns: slice(v, head: keyValueHead))
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      let queries = slice(q, head: head)
      for start in stride(from: 0, to: q.rows, by: Self.queryBlock) {
        products.arena.scoped {
          let rows = start..<min(q.rows, start + Self.queryBlock)
          let visible = past + rows.upperBound
          let scores = products.arena.matrix(rows.count, visible)
          products.multiply(queries.rows(rows), keys, into: scores)
          softmax(scores, firstPosition: past + start)
          products.multiply(scores, values, into: slice(output, head: head).rows(rows))
        }
      }
    }
  }

  /// Softmax of each row over the positions it may see; the rest becomes 0.
  private func softmax(_ scores: Matrix, firstPosition: Int) {
    for row in 0..<scores.rows {
      let visible = min(scores.columns, firstPosition + row + 1)
      _ = ck_softmax(scores.row(row), visible, scale)
      (scores.row(row) + visible).update(repeating: 0, count: scores.columns - visible)
    }
  }

  /// One new token: products of vectors with the cache, without packing.
  private func decode(
    q: Matrix, k: Matrix, v: Matrix, into output: Matrix, with compute: Compute
  ) {
    compute.pool.run(heads) { head, worker in
      let arena = compute.scratch(of: worker)
      arena.scoped {
        let scores = arena.matrix(1, k.rows).base
        withUnsafePointer(to: slice(k, head: head / group).kernelMatrix) { keys in
          ck_multiply_vector(keys, 0, k.rows, slice(q, head: head).base, scores)
        }
        _ = ck_softmax(scores, k.rows, scale)
        let values = slice(v, head: head / group)
        ck_weighted_sum(
          scores, values.base, values.stride, k.rows, headSize, slice(output, head: head).base)
      }
    }
  }

  /// Gradients with respect to q, k and v; `dq`, `dk` and `dv` are overwritten. With probabilities P
  /// and dP = dO·Vᵀ: dS = scale · P·(dP − rowsum(P·dP)), dQ = dS·K, dK = dSᵀ·Q, dV = Pᵀ·dO.
  package func backward(
    q: Matrix, k: Matrix, v: Matrix, dOutput: Matrix, sequences: [Range<Int>], dq: Matrix,
    dk: Matrix, dv: Matrix, with compute: Compute
  ) {
    check(q: q, k: k, v: v, past: 0, output: dOutput)
    check(q: dq, k: dk, v: dv, past: 0, output: dOutput)
    compute.pool.run(sequences.count * keyValueHeads) { task, worker in
      let tokens = sequences[task / keyValueHeads]
      let head = task % keyValueHeads
      let arena = compute.scratch(of: worker)
      arena.scoped {
        let products = SerialProducts(operands: compute.operands, arena: arena)
        let keys = slice(k, head: head).rows(tokens)
        let values = slice(v, head: head).rows(tokens)
        let side = KeyValueSide(
          keysByRow: products.panels(ofRows: keys), keysByColumn: products.panels(ofColumns: keys),
          valuesByRow: products.panels(ofRows: values),
          dk: slice(dk, head: head).rows(tokens), dv: slice(dv, head: head).rows(tokens))
        side.dk.fill(0)
        side.dv.fill(0)
        for queryHead in head * group..<(head + 1) * group {
          backward(
            q: slice(q, head: queryHead).rows(tokens),
            dOutput: slice(dOutput, head: queryHead).rows(tokens),
            dq: slice(dq, head: queryHead).rows(tokens), side, products)
        }
      }
    }
  }

  /// What the query heads of one group share in the backward pass.
  private struct KeyValueSide {
    let keysByRow: SerialPanels
    let keysByColumn: SerialPanels
    let valuesByRow: SerialPanels
    let dk: Matrix
    let dv: Matrix
  }

  private func backward(
    q: Matrix, dOutput: Matrix, dq: Matrix, _ side: KeyValueSide, _ products: SerialProducts
  ) {
    for start in stride(from: 0, to: q.rows, by: Self.queryBlock) {
      products.arena.scoped {
        let rows = start..<min(q.rows, start + Self.queryBlock)
        let visible = rows.upperBound
        let probabilities = products.arena.matrix(rows.count, visible)
        let dScores = products.arena.matrix(rows.count, visible)
        products.multiply(q.rows(rows), side.keysByRow, into: probabilities)
        softmax(probabilities, firstPosition: start)
        products.multiply(dOutput.rows(rows), side.valuesByRow, into: dScores)
        products.multiplyTransposed(
          probabilities, products.panels(ofColumns: dOutput.rows(rows)), accumulate: true,
          into: side.dv.rows(0..<visible))
        for row in 0..<rows.count {
          ck_softmax_backward(
            probabilities.row(row), dScores.row(row), visible, scale, dScores.row(row))
        }
        products.multiply(dScores, side.keysByColumn, into: dq.rows(rows))
        products.multiplyTransposed(
          dScores, products.panels(ofColumns: q.rows(rows)), accumulate: true,
          into: side.dk.rows(0..<visible))
      }
    }
  }
}
