import CKernels
import Glibc

/// Cross-entropy of the next token through the output head, in chunks of rows so that a
/// `[tokens, vocabulary]` matrix never exists.
package struct CrossEntropy: Sendable {
  /// Sums over the scored positions.
  package struct Score: Sendable {
    /// Sum of −log p(target), in nats.
    package var loss = 0.0
    package var squares = 0.0
    package var tokens = 0
    /// Positions where the likeliest token is the target.
    package var correct = 0

    package init() {}

    package mutating func add(_ other: Score) {
      loss += other.loss
      squares += other.squares
      tokens += other.tokens
      correct += other.correct
    }

    mutating func add(loss: Double, isCorrect: Bool) {
      self.loss += loss
      squares += loss * loss
      tokens += 1
      correct += isCorrect ? 1 : 0
    }
  }

  private static let chunkBytes = 64 << 20
  private static let depthChunk = 512

  /// - Parameters:
  ///   - hidden: `[positions, hidden]`, normalised, one row for each scored position.
  ///   - targets: the token that follows each position, in `0..<head.rows`.
  ///   - bias: added to the products with the head, or empty.
  ///   - scaling: of the logits.
  ///   - smoothing: ε of label smoothing (arXiv 1512.00567): the target has 1 − ε of the probability
  ///     to be learnt, and all tokens share the rest.
  ///   - gradient: if given, `[positions, hidden]`, receives `weight` · d loss / d hidden.
  package static func score(
    hidden: Matrix, targets: [Int32], head: FrozenMatrix, bias: [Float] = [],
    scaling: ScoreScaling = ScoreScaling(), smoothing: Float = 0, gradient: Matrix? = nil,
    weight: Float = 1, with compute: Compute
  ) -> Score {
    precondition(
      hidden.columns == head.columns
        && (gradient.map { $0.rows == hidden.rows && $0.columns == hidden.columns } ?? true),
      "\(hidden.rows) × \(hidden.columns) and a head of \(head.rows) × \(head.columns)")
    return score(
      positions: hidden.rows, vocabulary: head.rows, targets: targets, scaling: scaling,
      smoothing: smoothing, weight: gradient.map { _ in weight }, with: compute
    ) { rows, logits in
      compute.arena.scoped {
        compute.multiply(
          compute.pack(hidden.rows(rows)), head.operand, .rowsOfMatrix, into: logits)
      }
      if !bias.isEmpty { compute.spread(bias, over: logits, accumulates: true) }
    } backward: { rows, dLogits in
      if let gradient {
        backward(dLogits, head: head, into: gradient.rows(rows), with: compute)
      }
    }
  }

  /// The same through any head.
  ///
  /// - Parameters:
  ///   - weight: of the gradient; nil where none is asked for.
  ///   - forward: writes the logits `[rows, vocabulary]` of some positions.
  ///   - backward: given `weight` · d loss / d logits in their place.
  package static func score(
    positions: Int, vocabulary: Int, targets: [Int32], scaling: ScoreScaling, smoothing: Float,
    weight: Float?, with compute: Compute, forward: (Range<Int>, Matrix) -> Void,
    backward: (Range<Int>, Matrix) -> Void
  ) -> Score {
    precondition(targets.count == positions, "\(targets.count) targets for \(positions) positions")
    let rowsPerChunk = chunkRows(
      positions: positions, vocabulary: vocabulary, tile: ck_tile_rows(compute.operands))
    var score = Score()
    for start in stride(from: 0, to: positions, by: rowsPerChunk) {
      compute.arena.scoped {
        let rows = start..<min(positions, start + rowsPerChunk)
        let logits = compute.arena.matrix(rows.count, vocabulary)
        forward(rows, logits)
        score.add(
          rowScores(
            logits, targets: targets[rows], scaling, smoothing: smoothing, weight: weight,
            with: compute))
        if weight != nil { backward(rows, logits) }
      }
    }
    return score
  }

  /// Bytes of the largest chunk of logits, to a few rows.
  package static func chunkByteCount(positions: Int, vocabulary: Int) -> Int {
    4 * vocabulary * chunkRows(positions: positions, vocabulary: vocabulary, tile: 16)
  }

  /// Rows of logits that exist at once: as few chunks as fit into `chunkBytes` each, all about as long.
  private static func chunkRows(positions: Int, vocabulary: Int, tile: Int) -> Int {
    let most = max(tile, chunkBytes / (4 * max(1, vocabulary)) / tile * tile)
    let chunks = max(1, (positions + most - 1) / most)
    return max(tile, ((positions + chunks - 1) / chunks + tile - 1) / tile * tile)
  }

  /// Scores each row; with a weight, turns its logits into weight · (softmax − what is to be learnt).
  private static func rowScores(
    _ logits: Matrix, targets: ArraySlice<Int32>, _ scaling: ScoreScaling, smoothing: Float,
    weight: Float?, with compute: Compute
  ) -> Score {
    let scoped = compute.arena.matrix(logits.rows, 2)
    compute.forEachBlock(of: logits.rows, grain: 4) { rows, scratch in
      for row in rows {
        let values = unsafe logits.row(row)
        unsafe scaling.forward(values, count: logits.columns)
        let target = Int(targets[targets.startIndex + row])
        precondition(
          (0..<logits.columns).contains(target), "the target \(target) of \(logits.columns) tokens")
        var maximum = -Float.infinity
        var sum: Float = 0
        unsafe ck_log_sum_exp_chunk(values, logits.columns, &maximum, &sum)
        let logSum = maximum + log(sum)
        unsafe scoped.row(row)[0] = unsafe logSum - values[target]
        if smoothing > 0 {
          let sum = (0..<logits.columns).reduce(0.0) { unsafe $0 + Double(values[$1]) }
          let mean = sum / Double(logits.columns)
          unsafe scoped.row(row)[0] +=
            unsafe smoothing * (values[target] - Float(mean))
        }
        unsafe scoped.row(row)[1] = unsafe values[target] >= maximum ? 1 : 0
        guard let weight else { continue }
        scratch.scoped {
          let scaled = unsafe scaling.cap.map { _ in unsafe scratch.matrix(1, logits.columns).base }
          unsafe scaled?.update(from: values, count: logits.columns)
          unsafe ck_cross_entropy_gradient(values, logits.columns, logSum, weight)
          if smoothing > 0 {
            let share = weight * smoothing / Float(logits.columns)
            for token in 0..<logits.columns { unsafe values[token] -= share }
          }
          unsafe values[target] -= weight * (1 - smoothing)
          unsafe scaling.backward(scaled ?? values, values, count: logits.columns)
        }
      }
    }
    var score = Score()
    for row in 0..<logits.rows {
      unsafe score.add(loss: Double(scoped.row(row)[0]), isCorrect: scoped.row(row)[1] > 0)
    }
    return score
  }

  /// dHidden = dLogits · W, in chunks of the vocabulary so that packed panels stay in the cache.
  private static func backward(
    _ dLogits: Matrix, head: FrozenMatrix, into gradient: Matrix, with compute: Compute
  ) {
    for start in stride(from: 0, to: head.rows, by: depthChunk) {
      compute.arena.scoped {
        let chunk = start..<min(head.rows, start + depthChunk)
        let packed = compute.pack(dLogits.columns(chunk))
        compute.multiply(
          packed, head.operand, .columnsOfMatrix, depthStart: start, accumulate: start > 0,
          into: gradient)
      }
    }
  }
}
