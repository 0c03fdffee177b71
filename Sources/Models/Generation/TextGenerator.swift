import Tensors

/// Continues a prompt token by token.
package struct TextGenerator {
  /// Why a reply ended.
  package enum StopReason: String, Sendable {
    /// The model ended its turn.
    case end_of_turn
    /// `max_tokens` were made.
    case max_tokens
    /// The model's context is full.
    case context
    /// A stop string appeared.
    case stop
    case interrupted
  }

  package struct Result: Sendable {
    /// Tokens of the reply, without the one that ended it.
    package var tokens: [Int32]
    package var stopReason: StopReason
    /// Seconds for the prompt, then for the reply.
    package var promptSeconds: Double
    package var seconds: Double
  }

  package let model: DecoderModel
  package let adapter: Adapter?
  package let compute: Compute

  package init(model: DecoderModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
  }

  /// - Parameters:
  ///   - prompt: at least one token, fewer than the context.
  ///   - stopTokens: tokens that end the reply.
  ///   - prefix: keeps what this text has in common with the next one; nil for a text of its own.
  ///   - onToken: sees each token of the reply; false stops (with `stop` or an interruption).
  package func generate(
    prompt: [Int32], maxTokens: Int, stopTokens: Set<Int32>, sampling: SamplingOptions,
    seed: UInt64, prefix: PrefixCache? = nil, onToken: (Int32) -> StopReason? = { _ in nil }
  ) -> Result {
    var result = Result(tokens: [], stopReason: .max_tokens, promptSeconds: 0, seconds: 0)
    let limit = model.configuration.contextLength
    guard !prompt.isEmpty, prompt.count < limit, maxTokens > 0 else {
      if prompt.count >= limit { result.stopReason = .context }
      return result
    }
    let room = min(maxTokens, limit - prompt.count)
    let capacity = prompt.count + room
    let cache =
      prefix?.cache(for: prompt, capacity: capacity, of: model.configuration)
      ?? KeyValueCache(configuration: model.configuration, capacity: capacity)
    let use = adapter.map { AdapterUse($0) }
    let vocabulary = model.weights.head.rows
    let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: vocabulary)
    defer { logits.deallocate() }
    guard let base = logits.baseAddress else { return result }
    var sampler = Sampler(options: sampling, seed: seed)
    var seen = Set(prompt)
    let clock = ContinuousClock()
    let start = clock.now
    let unknown = Array(prompt[cache.count...])
    model.feed(unknown, cache: cache, adapter: use, into: base, with: compute)
    prefix?.append(unknown)
    let began = clock.now
    result.promptSeconds = (began - start).seconds
    result.stopReason = room < maxTokens ? .context : .max_tokens
    for index in 0..<room {
      let token = sampler.next(logits, seen: seen)
      if stopTokens.contains(token) {
        result.stopReason = .end_of_turn
        break
      }
      result.tokens.append(token)
      seen.insert(token)
      if let reason = onToken(token) {
        result.stopReason = reason
        break
      }
      if index + 1 < room {
        model.feed([token], cache: cache, adapter: use, into: base, with: compute)
        prefix?.append([token])
      }
    }
    result.seconds = (clock.now - began).seconds
    return result
  }
}

extension Duration {
  /// Seconds as a number.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
