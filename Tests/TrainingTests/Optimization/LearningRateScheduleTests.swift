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

  /// (1 − k/4)².
  @Test func `a polynomial falls with its power`() {
    var schedule = LearningRateSchedule(
      shape: .polynomial, peak: 2, warmupSteps: 1, totalSteps: 5)
    schedule.power = 2
    expect((0..<5).map(schedule.rate), [1, 2, 1.125, 0.5, 0.125])
  }

  /// Each half of the steps is a cosine of its own.
  @Test func `restarts begin at the peak again`() {
    var schedule = LearningRateSchedule(shape: .restarts, peak: 1, warmupSteps: 0, totalSteps: 6)
    schedule.cycles = 2
    expect((0..<6).map(schedule.rate), [1, 0.75, 0.25, 1, 0.75, 0.25])
  }

  /// transformers' `get_wsd_schedule` with num_decay_steps 3.
  @Test func `the rate is stable, and decays over the last steps`() {
    var schedule = LearningRateSchedule(
      shape: .stableThenDecay, peak: 4, warmupSteps: 1, totalSteps: 6)
    schedule.decaySteps = 3
    expect((0..<6).map(schedule.rate), [2, 4, 4, 4, 3, 1])
    schedule.decaySteps = 0
    expect((0..<6).map(schedule.rate), [2, 4, 4, 4, 4, 4])
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
