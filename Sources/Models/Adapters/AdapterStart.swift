import Tensors

/// How the matrices of an adapter start. The names are those of PEFT's `init_lora_weights`.
package enum AdapterStart: String, CaseIterable, Sendable {
  /// A uniform in ±1/√inputs (Kaiming with a = √5), B zero.
  case standard = "default"
  /// A normal with a deviation of 1/rank, B zero.
  case gaussian
  /// A and B random in orthogonal halves of the rank's space, which is to be even.
  case orthogonal

  /// The largest singular directions of W (PiSSA, arXiv 2404.02948).
  case pissa
  /// The first columns of Q and rows of R of W = Q·R (OLoRA, arXiv 2406.01775).
  case olora
  /// The largest singular directions of what quantization took from W (LoftQ, arXiv 2310.08659, with one step).
  case loftq
  /// The directions along which what a layer reads of the data varies most (EVA, arXiv 2410.07170).
  case eva

  /// Whether it is made of the layer's weights, and not of random numbers.
  package var standsOnWeights: Bool { [.pissa, .olora, .loftq].contains(self) }

  /// Whether it is subtracted beside what is trained, so that the model answers as before. LoftQ's is not: it
  /// makes up for what quantization took.
  package var isSubtracted: Bool { [.pissa, .olora].contains(self) }

  /// - Parameter pair: all zero, which it stays where the start stands on weights or on data.
  func fill(_ pair: LoRAPair, _ random: inout RandomGenerator) {
    switch self {
    case .standard:
      let bound = 1 / Float(pair.a.columns).squareRoot()
      for index in 0..<pair.a.count {
        unsafe pair.a.base[index] = (random.uniform() * 2 - 1) * bound
      }
    case .gaussian:
      let deviation = 1 / Float(pair.a.rows)
      for index in 0..<pair.a.count {
        unsafe pair.a.base[index] = random.normal(deviation: deviation)
      }
    case .orthogonal: fillHalves(pair, &random)
    case .pissa, .olora, .loftq, .eva: break
    }
  }

  /// Whether there is one for an embedding.
  package var fitsEmbedding: Bool { self == .standard || self == .gaussian }

  /// The start beside an embedding: A zero, B normal with a deviation of 1, as PEFT has it.
  ///
  /// - Parameter pair: all zero.
  func fillEmbedding(_ pair: LoRAPair, _ random: inout RandomGenerator) {
    precondition(fitsEmbedding, "the start \(rawValue) of an embedding")
    for index in 0..<pair.bTransposed.count {
      unsafe pair.bTransposed.base[index] = random.normal()
    }
  }

  /// Rows of an orthogonal matrix in turn span the space of A and that of B; both are a tenth of normal
  /// numbers long.
  private func fillHalves(_ pair: LoRAPair, _ random: inout RandomGenerator) {
    let rank = pair.a.rows
    precondition(rank.isMultiple(of: 2), "an orthogonal start of rank \(rank)")
    let rows = Self.orthogonalRows(rank, &random)
    for (matrix, first) in [(pair.a, 0), (pair.bTransposed, 1)] {
      for direction in stride(from: first, to: rank, by: 2) {
        for column in 0..<matrix.columns {
          let value = random.normal(deviation: 0.1)
          for row in 0..<rank {
            unsafe matrix.row(row)[column] += value * Float(rows[direction][row])
          }
        }
      }
    }
  }

  /// Random rows of length 1, each at right angles to the others (Gram-Schmidt, twice for precision).
  private static func orthogonalRows(_ count: Int, _ random: inout RandomGenerator) -> [[Double]] {
    var rows: [[Double]] = []
    for _ in 0..<count {
      var row = (0..<count).map { _ in Double(random.normal()) }
      for _ in 0..<2 {
        for other in rows {
          let share = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in row.indices { row[index] -= share * other[index] }
        }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      rows.append(row.map { $0 / length })
    }
    return rows
  }
}
