import Glibc

/// What the scores of each head lose or gain with the places of tokens, in place of learned or turned
/// positions (ALiBi, arXiv 2108.12409).
package struct LinearBiases: Equatable, Sendable {
  package enum Form: Equatable, Sendable {
    /// The slope times the distance of two tokens is taken from their scaled product (BLOOM).
    case distances
    /// The slope times the place of the token that is seen is added before products are scaled; slope, place
    /// and their product are rounded to bfloat16, as transformers' Falcon has it.
    case roundedPlaces
  }

  package let form: Form
  /// One a head.
  package let slopes: [Float]

  /// A row of powers for the next lower power of two, and every second one of the next for the other heads
  /// (transformers' `build_alibi_tensor`).
  package init(_ form: Form, heads: Int) {
    self.form = form
    let whole = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
    slopes = (0..<heads).map { head in
      let exponent =
        head < whole
        ? 8 * Double(head + 1) / Double(whole)
        : 8 * Double(2 * (head - whole) + 1) / Double(2 * whole)
      let slope = Float(pow(2, -exponent))
      return form == .roundedPlaces ? Self.rounded(slope) : slope
    }
  }

  /// Adds the biases to the scaled scores of a token, the last of `count` that it sees.
  ///
  /// - Parameters:
  ///   - first: the place of the first.
  ///   - scale: what products were multiplied by.
  func add(to row: UnsafeMutablePointer<Float>, first: Int, count: Int, head: Int, scale: Float) {
    let slope = slopes[head]
    switch form {
    case .distances:
      for place in 0..<count { unsafe row[place] -= slope * Float(count - 1 - place) }
    case .roundedPlaces:
      for place in 0..<count {
        unsafe row[place] += scale * Self.rounded(slope * Self.rounded(Float(first + place)))
      }
    }
  }

  /// To the nearest bfloat16, of two the even one; for finite numbers.
  private static func rounded(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}
