import Glibc
import Models
import Tensors

/// Adam with decoupled weight decay (arXiv 1711.05101), in PyTorch's order of operations.
package final class AdamW {
  package struct Options: Sendable, Equatable {
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    package var weightDecay: Double

    package init(
      beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  private let options: Options
  let firstMoment: AdapterVector
  let secondMoment: AdapterVector
  /// Updates done.
  private(set) var updates = 0

  package init(layout: AdapterLayout, options: Options) {
    self.options = options
    firstMoment = AdapterVector(layout: layout)
    secondMoment = AdapterVector(layout: layout)
  }

  /// An optimizer that has done `updates` updates and goes on with these moments.
  init(
    firstMoment: AdapterVector, secondMoment: AdapterVector, updates: Int, options: Options
  ) {
    self.options = options
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.updates = updates
  }

  /// An optimizer with the same moments, which goes on by itself.
  func copy(options: Options) -> AdamW {
    AdamW(
      firstMoment: firstMoment.copy(), secondMoment: secondMoment.copy(), updates: updates,
      options: options)
  }

  /// Bytes of both moments.
  package var byteCount: Int { 2 * firstMoment.count * 4 }

  /// One update of `parameters` against `gradient`.
  package func step(_ parameters: AdapterVector, gradient: AdapterVector, rate: Double) {
    precondition(
      parameters.count == firstMoment.count && gradient.count == firstMoment.count,
      "\(parameters.count) numbers, \(gradient.count) gradients, \(firstMoment.count) moments")
    updates += 1
    let bias1 = 1 - pow(options.beta1, Double(updates))
    let bias2 = 1 - pow(options.beta2, Double(updates))
    unsafe VectorUpdates.adamW(
      parameters.values, firstMoment: firstMoment.values, secondMoment: secondMoment.values,
      gradient: gradient.values, count: parameters.count,
      VectorUpdates.AdamW(
        rate: Float(rate), beta1: Float(options.beta1), beta2: Float(options.beta2),
        epsilon: Float(options.epsilon), weightDecay: Float(options.weightDecay),
        bias1: Float(bias1), bias2: Float(bias2)))
  }
}
