import Synchronization
import Tensors

/// Starts that are made of the weights of the layers.
extension Adapter {
  /// Fills every module.
  ///
  /// - Parameters:
  ///   - start: one that stands on weights.
  ///   - weights: those that the adapter stands beside.
  ///   - exact: those that they were quantized from.
  ///   - onProgress: told of the share that is done.
  /// - Returns: false where a weight is not finite.
  package func begin(
    _ start: AdapterStart, on weights: FrozenWeights, from exact: FrozenWeights,
    with compute: Compute, onProgress: (Double) -> Void = { _ in }
  ) -> Bool {
    let entries = parameters.layout.entries.filter(\.hasPair)
    let isFinite = Atomic(true)
    for first in stride(from: 0, to: entries.count, by: compute.pool.threadCount) {
      let part = Array(entries[first..<min(entries.count, first + compute.pool.threadCount)])
      compute.pool.run(part.count) { task, _ in
        let place = part[task].place
        let isFilled = fill(part[task], start, weights[place].weight, exact[place].weight)
        if !isFilled { isFinite.store(false, ordering: .relaxed) }
      }
      onProgress(Double(first + part.count) / Double(entries.count))
    }
    return isFinite.load(ordering: .relaxed)
  }

  /// The same adapter on the base as it is on the disk, where PEFT took the start out of the weights.
  ///
  /// - Returns: nil where a weight is not finite.
  func besideStart(
    _ start: AdapterStart, of weights: FrozenWeights, with compute: Compute
  ) -> Adapter? {
    var wide = configuration.besideStart()
    // it would reach the start as well, which is frozen
    wide.dropout = 0
    let result = Adapter(
      configuration: wide,
      parameters: AdapterVector(
        layout: AdapterLayout(configuration: wide, model: parameters.layout.model)))
    guard result.begin(start, on: weights, from: weights, with: compute) else { return nil }
    for (entry, own) in zip(result.parameters.layout.entries, parameters.layout.entries) {
      let (target, source) = (result.parameters.pair(entry), parameters.pair(own))
      if let bias = target.bias, let trained = source.bias { bias.copy(from: trained) }
      if let weight = target.weight, let trained = source.weight { weight.copy(from: trained) }
      for row in 0..<own.rank {
        unsafe target.a.row(row).update(from: source.a.row(row), count: own.inputs)
        unsafe target.bTransposed.row(row).update(
          from: source.bTransposed.row(row), count: own.outputs)
      }
    }
    return result
  }

  private func fill(
    _ entry: AdapterLayout.Entry, _ start: AdapterStart, _ weight: FrozenMatrix,
    _ exact: FrozenMatrix
  ) -> Bool {
    let rank = entry.trainedRank
    let matrix = start == .loftq ? ColumnMatrix(exact, minus: weight) : ColumnMatrix(weight)
    guard let factors = start.factors(of: matrix, rank: rank, scale: Double(entry.scale)) else {
      return false
    }
    let pair = parameters.pair(entry)
    for row in 0..<entry.rank {
      // what is kept of the start is subtracted
      let (direction, sign) = row < rank ? (row, Float(1)) : (row - rank, -1)
      for column in 0..<entry.inputs {
        unsafe pair.a.row(row)[column] = Float(factors.right[column, direction])
      }
      for output in 0..<entry.outputs {
        unsafe pair.bTransposed.row(row)[output] = sign * Float(factors.left[output, direction])
      }
    }
    return true
  }
}

extension AdapterStart {
  /// B and Aᵀ, as PEFT has them: of PiSSA and LoftQ scale · B·A are the first directions of the matrix, of OLoRA B·A.
  fileprivate func factors(
    of matrix: ColumnMatrix, rank: Int, scale: Double
  ) -> (left: ColumnMatrix, right: ColumnMatrix)? {
    if self == .olora {
      guard matrix.values.allSatisfy(\.isFinite) else { return nil }
      let (q, r) = matrix.orthonormal
      return (q, r.transposed)
    }
    guard let found = LargestDirections(of: matrix, count: rank) else { return nil }
    var (left, right) = (found.left, found.right)
    for (direction, value) in found.values.enumerated() {
      let root = (value / scale).squareRoot()
      for row in 0..<left.rows { left[row, direction] *= root }
      for row in 0..<right.rows { right[row, direction] *= root }
    }
    return (left, right)
  }
}

extension ColumnMatrix {
  /// The numbers of a frozen matrix, less those of another one.
  package init(_ matrix: FrozenMatrix, minus other: FrozenMatrix? = nil) {
    self.init(rows: matrix.rows, columns: matrix.columns)
    var values = [[Float]](repeating: [Float](repeating: 0, count: matrix.columns), count: 2)
    for row in 0..<matrix.rows {
      unsafe matrix.dequantize(row: row, into: &values[0])
      if let other { unsafe other.dequantize(row: row, into: &values[1]) }
      for column in 0..<matrix.columns {
        self[row, column] = Double(values[0][column]) - Double(values[1][column])
      }
    }
  }
}
