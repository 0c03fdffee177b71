import Glibc
import Tensors

/// How the next token is chosen from logits.
package struct SamplingOptions: Sendable, Equatable {
  /// 0 takes the likeliest token always.
  package var temperature: Float
  /// Only this many of the likeliest tokens; nil for all.
  package var topK: Int?
  /// Only the likeliest tokens that together reach this probability; nil for all.
  package var topP: Float?
  /// Only tokens at least this likely relative to the likeliest; nil for all.
  package var minP: Float?
  /// Divides the positive and multiplies the negative logits of tokens seen before (CTRL, arXiv
  /// 1909.05858); 1 for none.
  package var repetitionPenalty: Float

  package init(
    temperature: Float = 0, topK: Int? = nil, topP: Float? = nil, minP: Float? = nil,
    repetitionPenalty: Float = 1
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
  }
}

/// Draws tokens; the same seed and logits give the same tokens.
package struct Sampler {
  private let options: SamplingOptions
  private var random: RandomGenerator

  package init(options: SamplingOptions, seed: UInt64) {
    self.options = options
    random = RandomGenerator(seed: seed, stream: "sample")
  }

  /// - Parameters:
  ///   - logits: changed by the penalty.
  ///   - seen: tokens of the prompt and the reply so far.
  /// - Returns: nil if a logit is NaN or the largest is infinite: no token is the likeliest then.
  package mutating func next(
    _ logits: UnsafeMutableBufferPointer<Float>, seen: Set<Int32>
  ) -> Int32? {
    if options.repetitionPenalty != 1 {
      for token in seen where Int(token) < logits.count && token >= 0 {
        let value = unsafe logits[Int(token)]
        unsafe logits[Int(token)] =
          value > 0 ? value / options.repetitionPenalty : value * options.repetitionPenalty
      }
    }
    guard let best = unsafe Self.likeliest(logits) else { return nil }
    guard options.temperature > 0 else { return Int32(best) }
    return unsafe draw(candidates(logits, best: logits[best]))
  }

  private static func likeliest(_ logits: UnsafeMutableBufferPointer<Float>) -> Int? {
    var best = 0
    for index in logits.indices where unsafe !(logits[index] <= logits[best]) {
      if unsafe logits[index].isNaN { return nil }
      best = index
    }
    return unsafe logits[best].isFinite ? best : nil
  }

  private struct Candidate {
    let token: Int
    var weight: Double
  }

  /// Tokens that the limits leave, likeliest first, with unnormalised probabilities.
  private func candidates(
    _ logits: UnsafeMutableBufferPointer<Float>, best: Float
  ) -> [Candidate] {
    var list: [Candidate] = []
    let floor = Double(options.minP ?? 0)
    for token in logits.indices {
      let weight = unsafe exp(Double((logits[token] - best) / options.temperature))
      // Weights below this share of the likeliest never change a draw of 53 bits.
      if weight >= max(floor, 1e-12) { list.append(Candidate(token: token, weight: weight)) }
    }
    list.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.token < $1.token }
    if let topK = options.topK { list = Array(list.prefix(max(1, topK))) }
    if let topP = options.topP {
      let limit = Double(topP) * list.reduce(0) { $0 + $1.weight }
      var sum = 0.0
      let kept = list.prefix { candidate in
        defer { sum += candidate.weight }
        return sum < limit
      }
      list = Array(kept.isEmpty ? list.prefix(1) : kept)
    }
    return list
  }

  private mutating func draw(_ candidates: [Candidate]) -> Int32 {
    guard let last = candidates.last else {
      preconditionFailure("\(candidates.count) tokens to draw from")
    }
    let total = candidates.reduce(0) { $0 + $1.weight }
    var rest = Double(random.next() >> 11) * 0x1p-53 * total
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return Int32(candidate.token) }
    }
    return Int32(last.token)
  }
}
