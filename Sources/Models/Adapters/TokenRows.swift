import Tensors

/// Rows of the embedding or of the output head that are trained in place of the table's own, or their gradient.
struct TokenRows {
  /// The token of each row.
  let tokens: [Int]
  /// `[tokens, width]`.
  let matrix: Matrix

  /// The row of each token that has one.
  private var rows: [Int: Int] {
    Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1, $0) })
  }

  // MARK: - As an embedding

  /// Puts the rows of those tokens that have one in place of what `embedded` has for them.
  func replaceRows(of ids: [Int32], in embedded: Matrix) {
    let rows = rows
    for (index, id) in ids.enumerated() {
      guard let row = rows[Int(id)] else { continue }
      unsafe embedded.row(index).update(from: matrix.row(row), count: matrix.columns)
    }
  }

  /// Adds the rows of `dy`, in the order of their tokens, to those of a gradient; that of padding gets none.
  func addRows(of ids: [Int32], _ dy: Matrix, padding: Int?) {
    let rows = rows
    for (index, id) in ids.enumerated() where Int(id) != padding {
      guard let row = rows[Int(id)] else { continue }
      let (target, source) = unsafe (matrix.row(row), dy.row(index))
      for column in 0..<matrix.columns { unsafe target[column] += source[column] }
    }
  }

  // MARK: - As an output head

  /// Puts x·rowᵀ in place of the logits of the tokens.
  func replaceLogits(of x: PackedRows, in logits: Matrix, with compute: Compute) {
    compute.arena.scoped {
      let own = compute.arena.matrix(x.rows, tokens.count)
      compute.multiply(x, matrix.operand, .rowsOfMatrix, into: own)
      put(own, into: logits)
    }
  }

  /// The same for few rows.
  func replaceLogits(ofVectors x: Matrix, in logits: Matrix, with compute: Compute) {
    compute.arena.scoped {
      let own = compute.arena.matrix(x.rows, tokens.count)
      compute.multiply(
        compute.packVectors(x, isExact: compute.precision == .f32),
        by: [(FrozenMatrix(view: matrix), own)])
      put(own, into: logits)
    }
  }

  private func put(_ own: Matrix, into logits: Matrix) {
    for row in 0..<own.rows {
      for (column, token) in tokens.enumerated() {
        unsafe logits.row(row)[token] = own.row(row)[column]
      }
    }
  }

  /// The gradients of the tokens' logits, `[positions, tokens]` in the arena, which become zero in `dLogits`: nothing
  /// of them reaches the rows of the table.
  func takeGradients(from dLogits: Matrix, with compute: Compute) -> Matrix {
    let taken = compute.arena.matrix(dLogits.rows, tokens.count)
    for row in 0..<taken.rows {
      for (column, token) in tokens.enumerated() {
        unsafe taken.row(row)[column] = dLogits.row(row)[token]
        unsafe dLogits.row(row)[token] = 0
      }
    }
    return taken
  }

  /// Adds dyᵀ·x to the gradient and dy·rows to `dx`.
  ///
  /// - Parameters:
  ///   - dy: what `takeGradients` gave.
  ///   - dx: nil where nobody asks for it.
  func backward(
    _ dy: Matrix, reading x: Matrix, into gradient: TokenRows, dx: Matrix?, with compute: Compute
  ) {
    compute.arena.scoped {
      compute.multiply(
        compute.packTransposed(dy), x.operand, .columnsOfMatrix, accumulate: true,
        into: gradient.matrix)
      guard let dx else { return }
      compute.multiply(
        compute.pack(dy), matrix.operand, .columnsOfMatrix, accumulate: true, into: dx)
    }
  }

  // MARK: - Folded in

  /// A table in f32, with these in place of its own.
  func replacingRows(of table: FrozenMatrix) -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: table.elementCount * 4)
    let values = unsafe buffer.bound(to: Float.self)
    for row in 0..<table.rows {
      unsafe table.dequantize(row: row, into: values + row * table.columns)
    }
    for (row, token) in tokens.enumerated() {
      unsafe (values + token * table.columns).update(from: matrix.row(row), count: table.columns)
    }
    return unsafe FrozenMatrix(
      format: .f32, rows: table.rows, columns: table.columns, data: buffer.base,
      rowByteCount: table.columns * 4, owners: [buffer])
  }
}

extension LoRAPair {
  /// Rows of tokens that are trained; nil where there are none.
  var tokenRows: TokenRows? {
    tokens.isEmpty ? nil : weight.map { TokenRows(tokens: tokens, matrix: $0) }
  }
}
