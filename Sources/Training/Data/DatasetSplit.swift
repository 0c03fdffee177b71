import Tensors

/// The size of a part of a dataset.
package enum PartSize: Equatable, Sendable {
  /// Of all rows, from 0 to 1.
  case fraction(Double)
  case rows(Int)
}

/// A dataset's rows cut into parts, the same way for the same seed.
package struct DatasetSplit: Equatable, Sendable {
  package enum Part: String, CaseIterable, Sendable {
    case train, valid, test
  }

  /// Row indices of the dataset, ascending.
  package let train: [Int]
  package let valid: [Int]
  package let test: [Int]
  /// Rows of `valid` and `test` that stand in `train` too, token for token.
  package let duplicates: Int

  package subscript(part part: Part) -> [Int] {
    switch part {
    case .train: train
    case .valid: valid
    case .test: test
    }
  }

  /// Cuts at random. Without a size `train` gets the rest, and `valid` and `test` get nothing.
  package init(
    of dataset: Dataset, train: PartSize? = nil, valid: PartSize? = .fraction(0.1),
    test: PartSize? = nil, seed: UInt64
  ) throws(DataError) {
    // The pieces of a text stay together.
    let rows = dataset.rows
    let count = rows.count
    let validCount = try Self.size(valid, "valid", of: dataset)
    let testCount = try Self.size(test, "test", of: dataset)
    let rest = count - validCount - testCount
    var trainCount = rest
    if let train {
      let wanted = try Self.size(train, "train", of: dataset)
      // Shares that make up the whole may be one row off after rounding.
      trainCount = Self.isWhole(train, valid, test) ? rest : wanted
    }
    guard trainCount >= 1, trainCount <= rest else {
      let needed = max(trainCount, 1) + validCount + testCount
      throw DataError(
        file: dataset.source.name, reason: "the parts need \(needed) rows, and there are \(count)",
        fix: "Make the parts smaller or add rows")
    }
    var generator = RandomGenerator(seed: seed, stream: "split")
    let order = generator.permutation(count)
    func examples(_ part: ArraySlice<Int>) -> [Int] { part.sorted().flatMap { rows[$0] } }
    self.valid = examples(order[..<validCount])
    self.test = examples(order[validCount..<(validCount + testCount)])
    self.train = examples(order[(validCount + testCount)...].prefix(trainCount))
    let held = self.valid + self.test
    let seen = Set((held.isEmpty ? [] : self.train).map { dataset.tokenized[$0].contentIdentity })
    duplicates = held.count { seen.contains(dataset.tokenized[$0].contentIdentity) }
  }

  private static func size(
    _ part: PartSize?, _ label: String, of dataset: Dataset
  ) throws(DataError) -> Int {
    let count = dataset.rows.count
    switch part {
    case nil: return 0
    case .rows(let rows) where rows >= 1 && rows <= count: return rows
    case .fraction(let share) where share > 0 && share <= 1:
      return max(1, Int((share * Double(count)).rounded()))
    case .rows(let rows):
      throw DataError(
        file: dataset.source.name,
        reason: "\(label) is to have \(rows) rows, and the dataset has \(count)",
        fix: "Give a number from 1 to \(count), or leave \(label) out")
    case .fraction(let share):
      throw DataError(
        file: dataset.source.name, reason: "\(label) is to have \(share * 100)% of the rows",
        fix: "Give more than 0% and at most 100%, or leave \(label) out")
    }
  }

  private static func isWhole(_ parts: PartSize?...) -> Bool {
    var sum = 0.0
    for part in parts {
      switch part {
      case nil: continue
      case .rows: return false
      case .fraction(let share): sum += share
      }
    }
    return abs(sum - 1) < 1e-9
  }
}
