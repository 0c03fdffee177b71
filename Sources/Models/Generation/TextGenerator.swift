import Diagnostics
import Tensors

/// Continues a prompt token by token.
package struct TextGenerator {
  /// Why a reply ended.
  package enum StopReason: String, Sendable {
    /// The model ended its turn.
    case endOfTurn = "end_of_turn"
    /// `max_tokens` were made.
    case maxTokens = "max_tokens"
    /// The model's context is full.
    case context
    /// A stop string appeared.
    case stop
    case interrupted
    /// The model's scores of the next token were not numbers.
    case notFinite = "not_finite"
  }

  package struct Result: Sendable {
    /// Tokens of the reply, without the one that ended it.
    package var tokens: [Int32]
    package var stopReason: StopReason
    /// Seconds for the prompt, whose end gives the first token, then for the rest of the reply.
    package var promptSeconds: Double
    package var seconds: Double
    /// Tokens fed one at a time, which is what `seconds` went to.
    package var steps = 0

    /// Steps a second; for a single token the pace of the prompt's end.
    package var tokensPerSecond: Double {
      let (work, time) = steps > 0 ? (steps, seconds) : (tokens.count, promptSeconds)
      return time > 0 ? Double(work) / time : 0
    }
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
    var result = Result(tokens: [], stopReason: .maxTokens, promptSeconds: 0, seconds: 0)
    let limit = model.description.sizes.context
    if prompt.count >= limit || maxTokens > limit - prompt.count { result.stopReason = .context }
    guard !prompt.isEmpty, prompt.count < limit, maxTokens > 0 else { return result }
    let room = min(maxTokens, limit - prompt.count)
    let cache =
      prefix?.cache(for: prompt, capacity: prompt.count + room, of: model.description.sizes)
      ?? KeyValueCache(sizes: model.description.sizes, capacity: prompt.count + room)
    let use = adapter.map { AdapterUse($0) }
    let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: model.weights.head.rows)
    defer { unsafe logits.deallocate() }
    guard let base = logits.baseAddress else {
      preconditionFailure("no room for \(logits.count) logits")
    }
    func feed(_ tokens: [Int32]) {
      unsafe model.feed(tokens, cache: cache, adapter: use, into: base, with: compute)
      prefix?.append(tokens)
    }
    let clock = ContinuousClock()
    let start = clock.now
    feed(Array(prompt[cache.count...]))
    let began = clock.now
    var sampler = Sampler(options: sampling, seed: seed)
    var seen = Set(prompt)
    reply(to: &result, room: room, stopTokens: stopTokens, onToken: onToken) { token in
      if let token {
        feed([token])
        seen.insert(token)
      }
      return unsafe sampler.next(logits, seen: seen)
    }
    result.promptSeconds = (began - start).seconds
    result.seconds = (clock.now - began).seconds
    return result
  }

  /// - Parameter next: feeds the last token, nil where the prompt was the last, and gives the next; nil
  ///   if there is no telling which it is.
  private func reply(
    to result: inout Result, room: Int, stopTokens: Set<Int32>,
    onToken: (Int32) -> StopReason?, next: (Int32?) -> Int32?
  ) {
    for index in 0..<room {
      guard let token = next(result.tokens.last) else {
        result.stopReason = .notFinite
        return
      }
      if index > 0 { result.steps += 1 }
      if stopTokens.contains(token) {
        result.stopReason = .endOfTurn
        return
      }
      result.tokens.append(token)
      if let reason = onToken(token) {
        result.stopReason = reason
        return
      }
    }
  }
}
