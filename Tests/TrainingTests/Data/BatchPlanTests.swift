import Models
import Testing

import Training

@Suite struct BatchPlanTests {
  /// Examples of 3, 4, 5 … tokens, the last two of which are trained.
  private func numbers(_ count: Int) throws -> Dataset {
    let rows = (1...count).map {
      "{\"prompt\": \"\(String(repeating: "p", count: $0))\", \"completion\": \"x\"}"
    }
    return try dataset(rows.joined(separator: "\n"))
  }

  private func plan(
    _ dataset: Dataset, batch: Int = 8, accumulate: Int = 1, budget: Int = 4096, seed: UInt64? = 4
  ) -> BatchPlan {
    BatchPlan(
      of: dataset, rows: Array(dataset.tokenized.indices), batch: batch, accumulate: accumulate,
      tokenBudget: budget, shuffleSeed: seed)
  }

  @Test func takesEveryExampleOnceAnEpoch() throws {
    let plan = plan(try numbers(21), batch: 4, accumulate: 2)
    #expect(plan.stepsPerEpoch == 3)
    for epoch in 0..<3 {
      let steps = (0..<3).map { plan.step(epoch * 3 + $0) }
      #expect(steps.map(\.epoch) == [epoch, epoch, epoch])
      #expect(steps.map(\.trainedTokens) == [16, 16, 10])
      // The model reads every token but each example's last.
      #expect(steps.reduce(0) { $0 + $1.tokens } == (1...21).reduce(0) { $0 + $1 + 1 })
      #expect(plan.order(ofEpoch: epoch).sorted() == Array(0..<21))
    }
  }

  @Test func ordersEachEpochAnewByTheSeed() throws {
    let data = try numbers(50)
    #expect(plan(data).order(ofEpoch: 0) != plan(data).order(ofEpoch: 1))
    #expect(plan(data).order(ofEpoch: 0) != plan(data, seed: 5).order(ofEpoch: 0))
    #expect(plan(data).order(ofEpoch: 3) == plan(data).order(ofEpoch: 3))
    #expect(plan(data, seed: nil).order(ofEpoch: 1) == Array(0..<50))
  }

  @Test func cutsAStepIntoPiecesThatFitTheBudgetAndKeepsItsTokens() throws {
    let data = try numbers(8)
    let whole = plan(data).step(0)
    #expect(whole.batches.count == 1)
    let cut = plan(data, budget: 12)
    let pieces = cut.step(0).batches
    #expect(pieces.allSatisfy { $0.tokens.count <= 12 })
    #expect(pieces.flatMap(\.tokens) == whole.batches.flatMap(\.tokens))
    #expect(pieces.flatMap(\.targets) == whole.batches.flatMap(\.targets))
    #expect(cut.largestBatch == 12)
    #expect(plan(data, budget: 0).step(0).batches.count == 8)
    #expect(plan(data, budget: 0).largestBatch == 9)
  }

  @Test func laysExamplesEndToEndWithTheirOwnTargets() throws {
    let data = try dataset(
      """
      {"prompt": "ab", "completion": "c"}
      {"prompt": "d", "completion": "e"}
      """)
    let batch = try #require(plan(data, seed: nil).step(0).batches.first)
    #expect(batch.tokens == bytes("abcde"))
    #expect(batch.sequences == [0..<3, 3..<5])
    #expect(batch.scored == [1, 2, 3, 4])
    #expect(batch.targets == bytes("c") + [ByteEncoder.end] + bytes("e") + [ByteEncoder.end])
  }

  @Test func standsNonsense() throws {
    let data = try numbers(3)
    let none = BatchPlan(of: data, rows: [9, -1], batch: 8, tokenBudget: 8, shuffleSeed: 1)
    #expect(none.step(0).batches.isEmpty)
    #expect(none.stepsPerEpoch == 0)
    let huge = plan(data, batch: .max, accumulate: .max)
    #expect(huge.step(0).trainedTokens == 6)
    #expect(huge.step(-1).batches.isEmpty)
    #expect(plan(data, batch: -3).examplesAStep == 1)
  }
}
