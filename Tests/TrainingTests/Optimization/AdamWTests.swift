import Models
import TestSupport
import Testing
import Training

@Suite struct AdamWTests {
  private let layout = AdapterLayout(
    configuration: LoRAConfiguration(rank: 1, targets: [.query], layers: [0]),
    model: TinyModel.configuration())

  /// A vector that begins with `values`; the rest is zero.
  private func vector(_ values: [Float]) -> AdapterVector {
    let vector = AdapterVector(layout: layout)
    for (index, value) in values.enumerated() { vector.values[index] = value }
    return vector
  }

  /// Worked out by hand: after the first step the moments corrected for their start are g and g²,
  /// after the second 0.02/0.19 and 0.00031225/0.001999.
  @Test func twoStepsFollowTheFormula() {
    let optimizer = Optimizer(AdamW(weightDecay: 0.01), layout: layout)
    let parameters = vector([1, -2])
    optimizer.step(parameters, gradient: vector([0.5, 0]), rate: 0.1)
    #expect(abs(parameters.values[0] - 0.899) < 1e-6)
    // Without a gradient only the decay acts: −2 · (1 − 0.1 · 0.01).
    #expect(abs(parameters.values[1] + 1.998) < 1e-6)
    optimizer.step(parameters, gradient: vector([-0.25, 0]), rate: 0.1)
    #expect(abs(parameters.values[0] - 0.8714673) < 1e-6)
    #expect(parameters.values[2] == 0)
  }

  @Test func theStepHasTheRatesSizeWhateverTheGradientsScale() {
    for scale: Float in [1e-3, 1, 1e3] {
      let parameters = vector([0, 0])
      Optimizer(AdamW(), layout: layout)
        .step(parameters, gradient: vector([scale, -scale]), rate: 0.25)
      #expect(abs(parameters.values[0] + 0.25) < 1e-4)
      #expect(abs(parameters.values[1] - 0.25) < 1e-4)
    }
  }

  @Test func aRateOfZeroChangesNothingButTheMoments() {
    let optimizer = Optimizer(AdamW(weightDecay: 0.5), layout: layout)
    let parameters = vector([1])
    optimizer.step(parameters, gradient: vector([1]), rate: 0)
    #expect(parameters.values[0] == 1)
    // m = 0.09 / 0.19, v = 0.000999 / 0.001999, p = 1 · (1 − 0.05) − 0.1 · m / √v.
    optimizer.step(parameters, gradient: vector([0]), rate: 0.1)
    #expect(abs(parameters.values[0] - 0.8829943) < 1e-6)
  }

  @Test func momentsTakeTwoNumbersAParameter() {
    #expect(Optimizer(AdamW(), layout: layout).byteCount == 2 * 4 * (64 + 64))
  }
}

@Suite struct GradientClippingTests {
  private func gradient() -> AdapterVector {
    let gradient = AdapterVector(
      layout: AdapterLayout(
        configuration: LoRAConfiguration(rank: 1, targets: [.key]),
        model: TinyModel.configuration()))
    (gradient.values[0], gradient.values[100]) = (3, -4)
    return gradient
  }

  @Test func aLongGradientIsCutToTheLimit() {
    let gradient = gradient()
    #expect(GradientClipping.clip(gradient, to: 1) == 5)
    #expect(abs(gradient.values[0] - 0.6) < 1e-6)
    #expect(abs(gradient.values[100] + 0.8) < 1e-6)
  }

  @Test(arguments: [0, 5, 5.1])
  func aShortGradientStaysAsItIs(limit: Double) {
    let gradient = gradient()
    #expect(GradientClipping.clip(gradient, to: limit) == 5)
    #expect(gradient.values[0] == 3)
    #expect(gradient.values[100] == -4)
  }
}
