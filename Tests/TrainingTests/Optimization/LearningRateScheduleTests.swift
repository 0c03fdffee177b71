import Testing
import Training

@Suite struct LearningRateScheduleTests {
  private func rates(
    _ shape: LearningRateSchedule.Shape, peak: Double = 1, warmup: Int, steps: Int
  ) -> [Double] {
    let schedule = LearningRateSchedule(
      shape: shape, peak: peak, warmupSteps: warmup, totalSteps: steps)
    return (0..<steps).map(schedule.rate)
  }

  private func expect(_ rates: [Double], _ expected: [Double]) {
    #expect(rates.count == expected.count)
    for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) < 1e-12) }
  }

  @Test func constantRatesStayAfterTheWarmUp() {
    expect(rates(.constant, peak: 3, warmup: 2, steps: 5), [1, 2, 3, 3, 3])
    expect(rates(.constant, peak: 3, warmup: 0, steps: 2), [3, 3])
  }

  @Test func linearRatesFallToZeroAfterTheLastStep() {
    expect(rates(.linear, warmup: 0, steps: 4), [1, 0.75, 0.5, 0.25])
    expect(rates(.linear, warmup: 1, steps: 5), [0.5, 1, 0.75, 0.5, 0.25])
  }

  /// Half a cosine: (1 + cos(π·k/6)) / 2.
  @Test func cosineRatesFallSlowlyThenFast() {
    let root = 3.0.squareRoot() / 2
    expect(
      rates(.cosine, peak: 2, warmup: 0, steps: 6),
      [2, 1 + root, 1.5, 1, 0.5, 1 - root])
    expect(rates(.cosine, peak: 2, warmup: 1, steps: 3), [1, 2, 1])
  }

  @Test func noStepHasRateZero() {
    for shape in LearningRateSchedule.Shape.allCases {
      for steps in 1...12 {
        for warmup in [-1, 0, 1, 3, 20] {
          #expect(rates(shape, warmup: warmup, steps: steps).allSatisfy { $0 > 0 && $0 <= 1 })
        }
      }
    }
  }
}
