import Testing

@testable import Training

@Suite struct BatchPlanTests {
  @Test func takesEveryExampleOnceAnEpoch() {
    let plan = BatchPlan(exampleCount: 21, batch: 8, seed: 4, shuffles: true)
    #expect(plan.stepsAnEpoch == 3)
    for epoch in 0..<3 {
      let steps = (0..<3).map { plan.examples(ofStep: epoch * 3 + $0) }
      #expect(steps.map(\.count) == [8, 8, 5])
      #expect(steps.flatMap { $0 }.sorted() == Array(0..<21))
      #expect(steps.flatMap { $0 } == plan.order(ofEpoch: epoch))
    }
  }

  @Test func ordersEachEpochAnewByTheSeed() {
    let plan = BatchPlan(exampleCount: 50, batch: 8, seed: 4, shuffles: true)
    #expect(plan.order(ofEpoch: 0) != plan.order(ofEpoch: 1))
    let other = BatchPlan(exampleCount: 50, batch: 8, seed: 5, shuffles: true)
    #expect(plan.order(ofEpoch: 0) != other.order(ofEpoch: 0))
    #expect(plan == BatchPlan(exampleCount: 50, batch: 8, seed: 4, shuffles: true))
  }

  @Test func keepsTheOrderWhenNotShuffled() {
    let plan = BatchPlan(exampleCount: 5, batch: 2, seed: 4, shuffles: false)
    #expect((0..<4).map(plan.examples(ofStep:)) == [[0, 1], [2, 3], [4], [0, 1]])
  }

  @Test func standsNonsense() {
    #expect(BatchPlan(exampleCount: 0, batch: 8, seed: 0, shuffles: true).examples(ofStep: 0) == [])
    #expect(BatchPlan(exampleCount: -1, batch: 0, seed: 0, shuffles: true).stepsAnEpoch == 0)
    let plan = BatchPlan(exampleCount: 3, batch: .max, seed: 0, shuffles: false)
    #expect(plan.examples(ofStep: 0) == [0, 1, 2])
    #expect(plan.examples(ofStep: -1) == [])
  }
}
