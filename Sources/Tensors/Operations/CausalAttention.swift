import CKernels
import Glibc

/// Causal softmax attention with grouped key/value heads (arXiv 2305.13245), cut into blocks of
/// query rows so that scores of a whole sequence never exist at once.
///
/// Sequences lie end to end in one matrix and see only themselves; with a window a token sees only the
/// last ones (arXiv 2004.05150), itself among them. Scores are computed again in the backward pass
/// instead of being kept.
package struct CausalAttention: Sendable {
  package let heads: Int
  package let keyValueHeads: Int
  package let headSize: Int
  /// What becomes of the products of queries and keys.
  package let scores: ScoreScaling
  /// The most tokens that one sees; nil for all.
  package let window: Int?
  /// What scores owe to places; nil for nothing.
  package let biases: LinearBiases?

  /// - Parameter scores: nil for 1 / sqrt(headSize).
  package init(
    heads: Int, keyValueHeads: Int, headSize: Int, scores: ScoreScaling? = nil, window: Int? = nil,
    biases: LinearBiases? = nil
  ) {
    precondition(
      biases.map { $0.slopes.count == heads } ?? true,
      "\(biases?.slopes.count ?? 0) slopes for \(heads) heads")
    self.biases = biases
    precondition(
      headSize > 0 && keyValueHeads > 0 && heads % keyValueHeads == 0,
      "\(heads) heads of \(headSize) over \(keyValueHeads)")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    precondition(window.map { $0 > 0 } ?? true, "a window of \(window ?? 0) tokens")
    self.headSize = headSize
    self.scores = scores ?? ScoreScaling(scale: 1 / Float(headSize).squareRoot())
    self.window = window
  }

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
      decode(q: q, contexts: [(keys: k, values: v)], into: output, with: compute)
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
          softmax(scores, firstPosition: past + start, head: head)
          products.multiply(scores, values, into: slice(output, head: head).rows(rows))
        }
      }
    }
  }

  /// The positions that the token at `position` sees.
  private func visible(from position: Int) -> Range<Int> {
    (window.map { max(0, position + 1 - $0) } ?? 0)..<position + 1
  }

  /// Scores of the positions that a row sees, capped or biased by their places, and their softmax; `row`
  /// points at the first, and the last is the token's own.
  private func softmax(_ row: UnsafeMutablePointer<Float>, first: Int, count: Int, head: Int) {
    let areScaled = scores.cap != nil || biases != nil
    if areScaled { unsafe scores.forward(row, count: count) }
    unsafe biases?.add(to: row, first: first, count: count, head: head, scale: scores.scale)
    _ = unsafe ck_softmax(row, count, areScaled ? 1 : scores.scale)
  }

  /// Softmax of each row over the positions it sees; the rest becomes 0.
  private func softmax(_ matrix: Matrix, firstPosition: Int, head: Int) {
    for row in 0..<matrix.rows {
      let seen = visible(from: firstPosition + row).clamped(to: 0..<matrix.columns)
      let values = unsafe matrix.row(row)
      unsafe softmax(
        values + seen.lowerBound, first: seen.lowerBound, count: seen.count, head: head)
      unsafe values.update(repeating: 0, count: seen.lowerBound)
      unsafe (values + seen.upperBound).update(
        repeating: 0, count: matrix.columns - seen.upperBound)
    }
  }

  /// One new token of each of several sequences: products of vectors with what they have kept, without
  /// packing.
  ///
  /// - Parameters:
  ///   - q: `[sequences, heads · headSize]`.
  ///   - contexts: keys and values of each sequence, `[tokens, keyValueHeads · headSize]`, its new token
  ///     the last.
  package func decode(
    q: Matrix, contexts: [(keys: Matrix, values: Matrix)], into output: Matrix,
    with compute: Compute
  ) {
    precondition(
      contexts.count == q.rows && output.rows == q.rows,
      "\(q.rows) queries of \(contexts.count) sequences into \(output.rows) rows")
    for (row, context) in contexts.enumerated() {
      check(
        q: q.rows(row..<row + 1), k: context.keys, v: context.values,
        past: context.keys.rows - 1, output: output.rows(row..<row + 1))
    }
    // Heads that read the same keys stay on one thread where there is enough to do.
    let isMany = contexts.count * keyValueHeads >= 4 * compute.pool.threadCount
    let together = isMany ? group : 1
    compute.pool.run(contexts.count * heads / together) { task, worker in
      let (row, first) = (task * together).quotientAndRemainder(dividingBy: heads)
      let context = contexts[row]
      for head in first..<first + together {
        decode(
          q: slice(q.rows(row..<row + 1), head: head),
          k: slice(context.keys, head: head / group),
          v: slice(context.values, head: head / group), head: head,
          into: slice(output.rows(row..<row + 1), head: head), compute.scratch(of: worker))
      }
    }
  }

  /// One head of a sequence's new token, with the columns of the head.
  private func decode(
    q: Matrix, k: Matrix, v: Matrix, head: Int, into output: Matrix, _ arena: Arena
  ) {
    arena.scoped {
      let seen = visible(from: k.rows - 1)
      let scores = unsafe arena.matrix(1, seen.count).base
      unsafe withUnsafePointer(to: k.rows(seen).kernelMatrix) { keys in
        unsafe ck_multiply_vector(keys, 0, seen.count, q.base, scores)
      }
      unsafe softmax(scores, first: seen.lowerBound, count: seen.count, head: head)
      let values = v.rows(seen)
      unsafe ck_weighted_sum(
        scores, values.base, values.stride, seen.count, headSize, output.base)
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
            dq: slice(dq, head: queryHead).rows(tokens), head: queryHead, side, products)
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
    q: Matrix, dOutput: Matrix, dq: Matrix, head: Int, _ side: KeyValueSide,
    _ products: SerialProducts
  ) {
    for start in stride(from: 0, to: q.rows, by: Self.queryBlock) {
      products.arena.scoped {
        let rows = start..<min(q.rows, start + Self.queryBlock)
        let visible = rows.upperBound
        let probabilities = products.arena.matrix(rows.count, visible)
        let dScores = products.arena.matrix(rows.count, visible)
        products.multiply(q.rows(rows), side.keysByRow, into: probabilities)
        let capped = capped(probabilities, in: products.arena)
        softmax(probabilities, firstPosition: start, head: head)
        products.multiply(dOutput.rows(rows), side.valuesByRow, into: dScores)
        products.multiplyTransposed(
          probabilities, products.panels(ofColumns: dOutput.rows(rows)), accumulate: true,
          into: side.dv.rows(0..<visible))
        let scale = capped == nil ? scores.scale : 1
        for row in 0..<rows.count {
          unsafe ck_softmax_backward(
            probabilities.row(row), dScores.row(row), visible, scale, dScores.row(row))
          if let capped {
            unsafe scores.backward(capped.row(row), dScores.row(row), count: visible)
          }
        }
        products.multiply(dScores, side.keysByColumn, into: dq.rows(rows))
        products.multiplyTransposed(
          dScores, products.panels(ofColumns: q.rows(rows)), accumulate: true,
          into: side.dk.rows(0..<visible))
      }
    }
  }

  /// A copy of the scores as their softmax takes them, which the slope of a cap is made of; nil without
  /// a cap.
  private func capped(_ products: Matrix, in arena: Arena) -> Matrix? {
    guard scores.cap != nil else { return nil }
    let result = arena.matrix(products.rows, products.columns)
    result.copy(from: products)
    for row in 0..<result.rows { unsafe scores.forward(result.row(row), count: result.columns) }
    return result
  }
}
