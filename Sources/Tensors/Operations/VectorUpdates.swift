import CKernels

extension Matrix {
  /// The dot product of two rows.
  package func dot(rows first: Int, _ second: Int) -> Float {
    precondition(
      (0..<rows).contains(first) && (0..<rows).contains(second),
      "rows \(first) and \(second) of \(rows)")
    return unsafe ck_dot(row(first), row(second), columns)
  }
}

/// Operations on the long vectors of an optimizer: parameters, gradients, moments.
package enum VectorUpdates {
  /// In double precision.
  package static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    unsafe ck_sum_of_squares(values, count)
  }

  package static func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    unsafe ck_scale(values, factor, count)
  }

  /// The constants of one AdamW update (arXiv 1711.05101).
  package struct AdamW: Sendable {
    package var rate: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    package var weightDecay: Float
    /// 1 − βⁿ after n updates.
    package var bias1: Float
    package var bias2: Float

    package init(
      rate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, bias1: Float,
      bias2: Float
    ) {
      self.rate = rate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.bias1 = bias1
      self.bias2 = bias2
    }
  }

  /// One update in PyTorch's order of operations, of `count` parameters and both moments.
  package static func adamW(
    _ parameters: UnsafeMutablePointer<Float>, firstMoment: UnsafeMutablePointer<Float>,
    secondMoment: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int,
    _ update: AdamW
  ) {
    unsafe ck_adamw(
      parameters, firstMoment, secondMoment, gradient, count, update.rate, update.beta1,
      update.beta2, update.epsilon, update.weightDecay, update.bias1, update.bias2)
  }
}

/// Numbers of 16 bits that are the upper half of a float.
package enum BrainFloat {
  /// Rounds to nearest even.
  package static func store(
    _ values: UnsafePointer<Float>, count: Int, to halves: UnsafeMutablePointer<UInt16>
  ) {
    unsafe ck_to_bf16(values, count, halves)
  }

  package static func load(
    _ halves: UnsafePointer<UInt16>, count: Int, to values: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_from_bf16(halves, count, values)
  }
}
