import Glibc
import Models
import Tensors

/// Adam with decoupled weight decay (arXiv 1711.05101), in PyTorch's order of operations.
package struct AdamW: UpdateRule {
  var beta1: Double
  var beta2: Double
  var epsilon: Double
  var weightDecay: Double

  package init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  package func memory(of layout: AdapterLayout) -> [OptimizerMemory] {
    [
      OptimizerMemory("first_moment", count: layout.count),
      OptimizerMemory("second_moment", count: layout.count, isNonNegative: true),
    ]
  }

  package func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep
  ) {
    let (first, second) = unsafe (memory[0].floats, memory[1].floats)
    for stretch in step.stretches(of: parameters.layout) {
      let start = stretch.range.lowerBound
      unsafe update(
        parameters.values + start, first + start, second + start, gradient.values + start,
        count: stretch.range.count, rate: stretch.rate, decays: stretch.decays,
        number: step.number)
    }
  }

  /// The `number`th update of `count` numbers, of both their moments too.
  func update(
    _ values: UnsafeMutablePointer<Float>, _ firstMoment: UnsafeMutablePointer<Float>,
    _ secondMoment: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, count: Int,
    rate: Double, decays: Bool, number: Int
  ) {
    unsafe VectorUpdates.adamW(
      values, firstMoment: firstMoment, secondMoment: secondMoment, gradient: gradient,
      count: count,
      VectorUpdates.AdamW(
        rate: Float(rate), beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
        weightDecay: decays ? Float(weightDecay) : 0, bias1: Float(1 - pow(beta1, Double(number))),
        bias2: Float(1 - pow(beta2, Double(number)))))
  }
}
