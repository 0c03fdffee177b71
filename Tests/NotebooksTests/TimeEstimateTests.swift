import Notebooks
import Sessions
import Testing

@Suite struct TimeEstimateTests {
  private func progress(_ done: Int, of total: Int, after seconds: Double) -> Progress {
    Progress(
      verb: "train", done: done, total: total, unit: "steps",
      secondsLeft: seconds / Double(done) * Double(total - done), seconds: seconds)
  }

  @Test
  func `more than ten seconds are promised once, and the promise is held against the clock`() {
    var estimate = TimeEstimate()
    #expect(estimate.read(progress(1, of: 40, after: 6)) == nil, "the first step warms up")
    #expect(estimate.read(progress(2, of: 40, after: 2)) == nil)
    #expect(
      estimate.read(progress(3, of: 40, after: 3))
        == "this will take about 40 s, by the first 3 steps")
    #expect(estimate.read(progress(4, of: 40, after: 9)) == nil, "promised already")
    #expect(estimate.verdict(after: 9) == nil, "it ended early")
    _ = estimate.read(progress(40, of: 40, after: 75))
    #expect(estimate.verdict(after: 75) == "it took 1m 15s; 40 s were promised")
  }

  @Test func `short work is not promised`() {
    var estimate = TimeEstimate()
    #expect(estimate.read(progress(3, of: 12, after: 2)) == nil)
    #expect(estimate.read(progress(12, of: 12, after: 9)) == nil)
    #expect(estimate.verdict(after: 9) == nil)
  }

  @Test func `a first step that takes long is enough`() {
    var estimate = TimeEstimate()
    #expect(
      estimate.read(progress(1, of: 3, after: 11)) == "this will take about 33 s, by the first step"
    )
  }

  @Test func `work that may end early is promised as the most that it takes`() {
    var estimate = TimeEstimate()
    var answers = progress(4, of: 40, after: 4)
    answers.mayEndEarly = true
    #expect(estimate.read(answers) == "this will take up to 40 s, by the first 4 steps")
  }

  @Test func `what a budget ends has kept its promise, what a user stops has not`() {
    var estimate = TimeEstimate()
    var step = progress(30, of: 1_000_000, after: 3)
    step.secondsLeft = 12
    #expect(estimate.read(step) == "this will take about 15 s, by the first 30 steps")
    #expect(estimate.verdict(after: 3) == nil)
    (step.done, step.seconds, step.secondsLeft) = (150, 14.9, 0.1)
    _ = estimate.read(step)
    #expect(estimate.verdict(after: 15) == "it took 15 s; 15 s were promised")
  }

  @Test func `a training that goes on promises by its own steps`() {
    var estimate = TimeEstimate()
    var resumed = progress(19, of: 40, after: 3)
    (resumed.before, resumed.secondsLeft) = (16, 21)
    #expect(
      estimate.read(resumed) == "this will take about 24 s, by the first 3 steps")
  }
}
