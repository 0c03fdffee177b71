import Glibc
import Tensors

/// How several adapters become one, after PEFT's `add_weighted_adapter`.
package enum CombinationMethod: String, CaseIterable, Sendable {
  /// The exact sum, of all ranks together.
  case cat
  /// The nearest to the sum of a lower rank.
  case svd
  /// Sums of the A and of the B, which mixes the adapters.
  case linear
  /// The same of their largest numbers, where signs agree (arXiv 2306.01708).
  case ties
  /// The same of numbers drawn at random and enlarged (arXiv 2311.03099).
  case dareLinear = "dare_linear"
  case dareTies = "dare_ties"

  package var needsEqualRanks: Bool { self != .cat && self != .svd }
  package var prunes: Bool { [.ties, .dareLinear, .dareTies].contains(self) }
}

/// Σ weight · scale · B·A of several adapters of one model as one adapter, with a scale of 1.
package struct AdapterCombination {
  package let parts: [(adapter: Adapter, weight: Double)]
  package let method: CombinationMethod
  /// The rank that `svd` cuts to.
  package let rank: Int
  /// The share of numbers that pruning keeps.
  package let density: Double
  package let seed: UInt64

  /// - Parameter parts: at least one, none weight-decomposed.
  package init(
    _ parts: [(adapter: Adapter, weight: Double)], method: CombinationMethod, rank: Int,
    density: Double, seed: UInt64
  ) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { !$0.adapter.configuration.isWeightDecomposed },
      "\(parts.count) adapters to combine, or weight-decomposed ones")
    self.parts = parts
    self.method = method
    self.rank = rank
    self.density = density
    self.seed = seed
  }

  /// The first layer whose pairs have other ranks than each other.
  package var unequalPlace: ModulePlace? {
    places.first { place in Set(pairs(at: place).map(\.pair.a.rows)).count > 1 }
  }

  private var model: DecoderDescription { parts[0].adapter.parameters.layout.model }

  /// All layers that one of them has, in the model's order.
  private var places: [ModulePlace] {
    let all = Set(parts.flatMap { $0.adapter.parameters.layout.entries.map(\.place) })
    return model.places.filter(all.contains)
  }

  /// The pairs beside one layer, each with its weight and scale together.
  private func pairs(at place: ModulePlace) -> [(pair: LoRAPair, factor: Double)] {
    parts.compactMap { part in
      part.adapter.parameters.pair(at: place).map {
        ($0, part.weight * Double($0.scale))
      }
    }
  }

  /// - Returns: nil where numbers are not finite.
  /// - Precondition: with a method that needs them, ranks are equal.
  package func combined() -> Adapter? {
    var made: [(place: ModulePlace, rows: (a: [[Float]], b: [[Float]]))] = []
    for place in places {
      let pairs = pairs(at: place)
      guard let rows = method == .svd ? nearest(pairs) : rows(of: pairs, at: place) else {
        return nil
      }
      made.append((place, rows))
    }
    let largest = made.map { $0.rows.a.count }.max() ?? 1
    var configuration = LoRAConfiguration(
      rank: largest, alpha: Double(largest), dropout: parts[0].adapter.configuration.dropout)
    for (place, rows) in made where rows.a.count != configuration.rank {
      configuration.ranks[place] = rows.a.count
      configuration.alphas[place] = Double(rows.a.count)
    }
    configuration.choose(Set(made.map(\.place)), of: model)
    let parameters = AdapterVector(
      layout: AdapterLayout(configuration: configuration, model: model))
    for (place, rows) in made {
      guard let pair = parameters.pair(at: place) else {
        preconditionFailure("no room for \(place) among \(made.count) layers")
      }
      for (row, values) in rows.a.enumerated() {
        for (column, value) in values.enumerated() { unsafe pair.a.row(row)[column] = value }
      }
      for (row, values) in rows.b.enumerated() {
        for (column, value) in values.enumerated() {
          unsafe pair.bTransposed.row(row)[column] = value
        }
      }
    }
    return Adapter(configuration: configuration, parameters: parameters)
  }

  private typealias Rows = (a: [[Float]], b: [[Float]])

  private func rows(of pairs: [(pair: LoRAPair, factor: Double)], at place: ModulePlace) -> Rows {
    if method == .cat { return concatenated(pairs) }
    // The sign stands on one side only, else it would go away.
    let roots = pairs.map { abs($0.factor).squareRoot() }
    let signed = zip(pairs, roots).map { $0.factor < 0 ? -$1 : $1 }
    return (
      mixed(pairs.map(\.pair.a), signed, at: place, half: 0),
      mixed(pairs.map(\.pair.bTransposed), roots, at: place, half: 1)
    )
  }

  private func concatenated(_ pairs: [(pair: LoRAPair, factor: Double)]) -> Rows {
    (
      pairs.flatMap { pair, factor in
        pair.a.copiedRows.map { row in row.map { Float(Double($0) * factor) } }
      },
      pairs.flatMap { $0.pair.bTransposed.copiedRows }
    )
  }

  /// The first directions of the sum: B takes their lengths.
  private func nearest(_ pairs: [(pair: LoRAPair, factor: Double)]) -> Rows? {
    let all = concatenated(pairs)
    let arena = Arena()
    guard let inputs = all.a.first?.count, let outputs = all.b.first?.count else { return nil }
    let (a, b) = (arena.matrix(all.a.count, inputs), arena.matrix(all.b.count, outputs))
    for (matrix, rows) in [(a, all.a), (b, all.b)] {
      for (row, values) in rows.enumerated() {
        for (column, value) in values.enumerated() { unsafe matrix.row(row)[column] = value }
      }
    }
    guard let parts = LowRankDecomposition(a: a, bTransposed: b, scale: 1) else { return nil }
    let directions = 0..<min(rank, parts.values.count)
    return (
      directions.map { direction in
        (0..<inputs).map { Float(parts.right[$0, direction]) }
      },
      directions.map { direction in
        (0..<outputs).map { Float(parts.left[$0, direction] * parts.values[direction]) }
      }
    )
  }

  /// One matrix of several, weighed.
  private func mixed(
    _ matrices: [Matrix], _ weights: [Double], at place: ModulePlace, half: Int
  ) -> [[Float]] {
    let (rows, columns) = (matrices[0].rows, matrices[0].columns)
    precondition(
      matrices.allSatisfy { $0.rows == rows && $0.columns == columns },
      "matrices of \(matrices.map(\.rows)) rows to mix")
    let tasks = matrices.enumerated().map { index, matrix in
      pruned(matrix.copiedRows.flatMap { $0 }, stream(place, half, index))
    }
    let electsSigns = method == .ties || method == .dareTies
    let sums = (0..<rows * columns).map { element -> Float in
      let isNegative = electsSigns && tasks.reduce(Float(0)) { $0 + $1[element] } < 0
      var (sum, count) = (Float(0), 0)
      for (task, weight) in zip(tasks, weights) {
        let value = task[element]
        // As in PEFT, what is zero agrees with no sign.
        if electsSigns, isNegative ? value >= 0 : value <= 0 { continue }
        sum += value * Float(weight)
        count += 1
      }
      return electsSigns ? sum / Float(max(1, count)) : sum
    }
    return (0..<rows).map { Array(sums[$0 * columns..<($0 + 1) * columns]) }
  }

  private func stream(_ place: ModulePlace, _ half: Int, _ part: Int) -> UInt64 {
    let module = AdapterLayout.index(of: place, layers: model.sizes.layers)
    return UInt64((module * 2 + half) * parts.count + part)
  }

  private func pruned(_ values: [Float], _ stream: UInt64) -> [Float] {
    guard method.prunes, density < 1 else { return values }
    if method == .ties {
      let kept = values.indices.sorted { abs(values[$0]) > abs(values[$1]) }
        .prefix(Int(density * Double(values.count)))
      var result = [Float](repeating: 0, count: values.count)
      for index in kept { result[index] = values[index] }
      return result
    }
    var random = RandomGenerator(seed: seed, stream: "dare", index: stream)
    return values.map { random.uniform() < Float(density) ? $0 / Float(density) : 0 }
  }
}

extension Matrix {
  fileprivate var copiedRows: [[Float]] {
    (0..<rows).map { row in
      unsafe Array(UnsafeBufferPointer(start: self.row(row), count: columns))
    }
  }
}
