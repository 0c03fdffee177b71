import CKernels
import Tensors

/// A frozen linear layer with an optional adapter: y = W·x + scale · B·A·dropout(x).
struct LinearLayer {
  let weight: FrozenMatrix
  let pair: LoRAPair?
  let scale: Float
  let dropout: Dropout?

  /// - Parameters:
  ///   - x: `[tokens, inputs]`, and the same rows packed.
  ///   - y: `[tokens, outputs]`, overwritten.
  ///   - reduced: `[tokens, rank]`, receives A·x for the backward pass; nil when none follows.
  func forward(
    _ x: Matrix, packed: PackedRows, into y: Matrix, reduced: Matrix?, with compute: Compute
  ) {
    compute.multiply(packed, weight.operand, .rowsOfMatrix, into: y)
    guard let pair else { return }
    compute.arena.scoped {
      let low = reduced ?? compute.arena.matrix(x.rows, pair.a.rows)
      let input = dropout == nil ? packed : compute.pack(dropped(x, with: compute))
      compute.multiply(input, pair.a.operand, .rowsOfMatrix, into: low)
      compute.multiply(
        compute.pack(low), pair.bTransposed.operand, .columnsOfMatrix, alpha: scale,
        accumulate: true, into: y)
    }
  }

  /// Adds the gradients of A and B to `gradient` and, if asked, that of x to `dx`.
  ///
  /// With t = A·x: dBᵀ = scale · tᵀ·dy, dt = scale · dy·B, dA = dtᵀ·x, dx = dy·W + dt·A.
  ///
  /// - Parameters:
  ///   - x: the layer's input; only read when there is an adapter.
  ///   - reduced: A·x as the forward pass left it.
  func backward(
    _ x: @autoclosure () -> Matrix, reduced: Matrix?, dy: Matrix, gradient: LoRAPair?, dx: Matrix?,
    accumulatesDx: Bool, with compute: Compute
  ) {
    guard dx != nil || pair != nil else { return }
    compute.arena.scoped {
      let packed = compute.pack(dy)
      if let dx {
        compute.multiply(
          packed, weight.operand, .columnsOfMatrix, accumulate: accumulatesDx, into: dx)
      }
      guard let pair, let gradient, let reduced else { return }
      let dLow = compute.arena.matrix(dy.rows, pair.a.rows)
      compute.multiply(packed, pair.bTransposed.operand, .rowsOfMatrix, alpha: scale, into: dLow)
      compute.multiply(
        compute.packTransposed(reduced), dy.operand, .columnsOfMatrix, alpha: scale,
        accumulate: true, into: gradient.bTransposed)
      let input = dropout == nil ? x() : dropped(x(), with: compute)
      compute.multiply(
        compute.packTransposed(dLow), input.operand, .columnsOfMatrix, accumulate: true,
        into: gradient.a)
      if let dx { addInputGradient(dLow, pair, to: dx, with: compute) }
    }
  }

  private func addInputGradient(
    _ dLow: Matrix, _ pair: LoRAPair, to dx: Matrix, with compute: Compute
  ) {
    let packed = compute.pack(dLow)
    guard let dropout else {
      compute.multiply(packed, pair.a.operand, .columnsOfMatrix, accumulate: true, into: dx)
      return
    }
    let part = compute.arena.matrix(dx.rows, dx.columns)
    compute.multiply(packed, pair.a.operand, .columnsOfMatrix, into: part)
    dropout.apply(part, into: part, with: compute)
    for row in 0..<dx.rows { ck_add(dx.row(row), part.row(row), dx.columns) }
  }

  private func dropped(_ x: Matrix, with compute: Compute) -> Matrix {
    guard let dropout else { return x }
    let result = compute.arena.matrix(x.rows, x.columns)
    dropout.apply(x, into: result, with: compute)
    return result
  }
}
