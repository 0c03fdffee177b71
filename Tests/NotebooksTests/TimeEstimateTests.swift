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
    #expect(estimate.read(progress(1, of: 40, after: 1)) == nil, "the first step warms up")
    #expect(estimate.read(progress(1, of: 40, after: 0.9)) == nil)
    #expect(
      estimate.read(progress(2, of: 40, after: 2))
        == "this will take about 40 s, by the first 2 steps")
    #expect(estimate.read(progress(3, of: 40, after: 9)) == nil, "promised already")
    #expect(estimate.verdict(after: 9) == nil, "it ended early")
    _ = estimate.read(progress(40, of: 40, after: 75))
    #expect(estimate.verdict(after: 75) == "it took 1m 15s; 40 s were promised")
  }

  @Test func `short work is not promised`() {
    var estimate = TimeEstimate()
    #expect(estimate.read(progress(2, of: 12, after: 1.5)) == nil)
    #expect(estimate.read(progress(12, of: 12, after: 9)) == nil)
    #expect(estimate.verdict(after: 9) == nil)
  }

  @Test func `a first step that takes long is enough`() {
    var estimate = TimeEstimate()
    #expect(
      estimate.read(progress(1, of: 3, after: 6)) == "this will take about 18 s, by the first step")
  }
}
