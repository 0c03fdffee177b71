import Models

/// Lion (arXiv 2302.06675): every number moves by the rate, in the direction of the sign of a mean of
/// the gradient and its memory. Rates are to be three to ten times smaller than AdamW's.
package struct Lion: UpdateRule {
  var beta1: Double
  var beta2: Double
  var weightDecay: Double

  package init(beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  package func memory(of layout: AdapterLayout) -> [OptimizerMemory] {
    [OptimizerMemory("momentum", count: layout.count)]
  }

  package func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep
  ) {
    let (keep1, rest1) = (Float(beta1), Float(1 - beta1))
    let (keep2, rest2) = (Float(beta2), Float(1 - beta2))
    let (values, gradients) = unsafe (parameters.values, gradient.values)
    let moments = unsafe memory[0].floats
    for stretch in step.stretches(of: parameters.layout) {
      let rate = Float(stretch.rate)
      let decay = stretch.decays ? Float(1 - stretch.rate * weightDecay) : 1
      for index in stretch.range {
        let direction = unsafe keep1 * moments[index] + rest1 * gradients[index]
        let move: Float = direction > 0 ? rate : direction < 0 ? -rate : 0
        unsafe values[index] = unsafe values[index] * decay - move
        unsafe moments[index] = unsafe keep2 * moments[index] + rest2 * gradients[index]
      }
    }
  }
}
