import Models

/// Stochastic gradient descent with momentum, as PyTorch's: the decay is added to the gradient, and
/// the first gradient is the first momentum.
package struct SGD: UpdateRule {
  var momentum: Double
  var weightDecay: Double

  package init(momentum: Double = 0, weightDecay: Double = 0) {
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  package func memory(of layout: AdapterLayout) -> [OptimizerMemory] {
    [OptimizerMemory("momentum", count: layout.count)]
  }

  package func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep
  ) {
    let keep = Float(momentum)
    let (values, gradients) = unsafe (parameters.values, gradient.values)
    let velocities = unsafe memory[0].floats
    for stretch in step.stretches(of: parameters.layout) {
      let rate = Float(stretch.rate)
      let decay = stretch.decays ? Float(weightDecay) : 0
      for index in stretch.range {
        var direction = unsafe gradients[index] + decay * values[index]
        if step.number > 1 { unsafe direction += keep * velocities[index] }
        unsafe velocities[index] = direction
        unsafe values[index] -= rate * direction
      }
    }
  }
}
