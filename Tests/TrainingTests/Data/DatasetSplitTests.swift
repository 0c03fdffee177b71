import Testing

import Training

@Suite struct DatasetSplitTests {
  private func numbers(_ count: Int) throws -> Dataset {
    let rows = (0..<count).map { "{\"prompt\": \"\($0)\", \"completion\": \"x\"}" }
    return try dataset(rows.joined(separator: "\n"))
  }

  @Test func cutsEveryRowIntoOnePart() throws {
    let data = try numbers(57)
    let split = try DatasetSplit(of: data, valid: .fraction(0.1), test: .rows(7), seed: 1)
    #expect(split.valid.count == 6)
    #expect(split.test.count == 7)
    #expect((split.train + split.valid + split.test).sorted() == Array(0..<57))
    #expect(split.train == split.train.sorted())
    #expect(split.duplicates == 0)
  }

  @Test func isTheSameForASeedAndAnotherForAnother() throws {
    let data = try numbers(57)
    let split = try DatasetSplit(of: data, seed: 1)
    #expect(try DatasetSplit(of: data, seed: 1) == split)
    #expect(try DatasetSplit(of: data, seed: 2) != split)
  }

  @Test func givesSharesThatMakeUpTheWholeEveryRow() throws {
    let split = try DatasetSplit(
      of: numbers(15), train: .fraction(0.8), valid: .fraction(0.1), test: .fraction(0.1), seed: 1)
    #expect(split.valid.count + split.test.count + split.train.count == 15)
  }

  @Test func takesAsManyTrainingRowsAsAsked() throws {
    let split = try DatasetSplit(of: numbers(20), train: .rows(5), valid: .rows(3), seed: 1)
    #expect(split.train.count == 5)
    #expect(split.valid.count == 3)
    #expect(Set(split.train).isDisjoint(with: split.valid))
    #expect(split[part: .train] == split.train)
  }

  @Test func givesTheSmallestShareARow() throws {
    #expect(try DatasetSplit(of: numbers(3), valid: .fraction(0.01), seed: 1).valid.count == 1)
  }

  @Test func countsRowsThatStandInTwoParts() throws {
    let rows = [String](repeating: "{\"prompt\": \"a\", \"completion\": \"b\"}", count: 10)
    let data = try dataset(rows.joined(separator: "\n"))
    #expect(try DatasetSplit(of: data, valid: .rows(4), seed: 1).duplicates == 4)
  }

  @Test(
    arguments: [
      (nil, PartSize.rows(3), nil), (.rows(2), .rows(2), nil), (nil, .fraction(1.2), nil),
      (nil, .fraction(0), nil), (nil, .fraction(.nan), nil), (nil, .rows(0), nil),
      (nil, .rows(.max), .rows(1)), (.fraction(0.9), .fraction(0.9), nil),
    ] as [(PartSize?, PartSize?, PartSize?)])
  func refusesPartsThatTheRowsCannotFill(
    train: PartSize?, valid: PartSize?, test: PartSize?
  ) throws {
    let data = try numbers(3)
    #expect(throws: DataError.self) {
      try DatasetSplit(of: data, train: train, valid: valid, test: test, seed: 1)
    }
  }
}
