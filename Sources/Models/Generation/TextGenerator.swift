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
  /// One for all tokens: it keeps what is made of a weight-decomposed adapter's numbers.
  private let use: AdapterUse?

  package init(model: DecoderModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
    use = adapter.map { AdapterUse($0) }
  }

  /// - Parameters:
  ///   - prompt: at least one token, fewer than the context.
  ///   - stopTokens: tokens that end the reply.
  ///   - prefix: keeps what this text has in common with the next one; nil for a text of its own.
  ///   - onToken: sees each token of the reply; a reason stops it.
  package func generate(
    prompt: [Int32], maxTokens: Int, stopTokens: Set<Int32>, sampling: SamplingOptions,
    seed: UInt64, prefix: PrefixCache? = nil, onToken: (Int32) -> StopReason? = { _ in nil }
  ) -> Result {
    withoutActuallyEscaping(onToken) { onToken in
      guard
        let reply = reply(
          to: prompt, maxTokens: maxTokens, stopTokens: stopTokens,
          sampler: Sampler(options: sampling, seed: seed), prefix: prefix, onToken: onToken)
      else { return unanswered(prompt, maxTokens: maxTokens) }
      compute.arena.scoped {
        let logits = compute.arena.matrix(1, model.weights.head.rows)
        while !reply.isFinished { feed(reply, logits) }
      }
      return reply.result
    }
  }

  /// Continues several prompts side by side: the weights are read once for a token of each. Every reply
  /// is the one that its prompt would have alone.
  ///
  /// - Parameters:
  ///   - prompts: each with the seed of its draws.
  ///   - onToken: sees each token of the reply to a prompt, by its place; a reason stops that reply.
  ///   - onEnd: sees each result, in the order of ends.
  /// - Returns: the results in the order of the prompts; after an interruption those that were begun.
  package func generate(
    prompts: [(tokens: [Int32], seed: UInt64)], maxTokens: Int, stopTokens: Set<Int32>,
    sampling: SamplingOptions, onToken: (Int, Int32) -> StopReason? = { _, _ in nil },
    onEnd: (Int, Result) -> Void = { _, _ in }
  ) -> [Result] {
    var results: [Result] = []
    let width = width(of: prompts.map(\.tokens.count), maxTokens: maxTokens)
    withoutActuallyEscaping(onToken) { onToken in
      var waiting = prompts.indices[...]
      var batch: [(index: Int, reply: Reply)] = []
      while !batch.isEmpty || !waiting.isEmpty {
        while batch.count < width, let index = waiting.popFirst() {
          results.append(unanswered(prompts[index].tokens, maxTokens: maxTokens))
          let reply = reply(
            to: prompts[index].tokens, maxTokens: maxTokens, stopTokens: stopTokens,
            sampler: Sampler(options: sampling, seed: prompts[index].seed), prefix: nil
          ) { onToken(index, $0) }
          if let reply { batch.append((index, reply)) } else { onEnd(index, results[index]) }
        }
        advance(batch.map(\.reply))
        for (index, reply) in batch where reply.isFinished {
          results[index] = reply.result
          onEnd(index, reply.result)
          if reply.result.stopReason == .interrupted { waiting = waiting.prefix(0) }
        }
        batch.removeAll { $0.reply.isFinished }
      }
    }
    return results
  }

  /// The most replies at a time.
  private static let widest = 16
  /// Bytes of keys and values that all replies at a time may take, but for a single one.
  private static let cacheBytes = 1 << 30

  private func width(of lengths: [Int], maxTokens: Int) -> Int {
    let sizes = model.description.sizes
    let longest = (lengths.max() ?? 0) + min(maxTokens, sizes.context)
    let one = KeyValueCache.byteCount(sizes: sizes, capacity: min(longest, sizes.context))
    return min(Self.widest, max(1, Self.cacheBytes / max(1, one)))
  }

  /// The result where nothing can be said: no room is left, or none was asked for.
  private func unanswered(_ prompt: [Int32], maxTokens: Int) -> Result {
    let limit = model.description.sizes.context
    let isFull = prompt.count >= limit || maxTokens > limit - prompt.count
    return Result(
      tokens: [], stopReason: isFull ? .context : .maxTokens, promptSeconds: 0, seconds: 0)
  }

  /// A reply that is to begin; nil where nothing can be said.
  private func reply(
    to prompt: [Int32], maxTokens: Int, stopTokens: Set<Int32>, sampler: Sampler,
    prefix: PrefixCache?, onToken: @escaping (Int32) -> StopReason?
  ) -> Reply? {
    let sizes = model.description.sizes
    guard !prompt.isEmpty, prompt.count < sizes.context, maxTokens > 0 else { return nil }
    let room = min(maxTokens, sizes.context - prompt.count)
    let capacity = prompt.count + room
    return Reply(
      to: prompt, of: model,
      cache: prefix?.cache(for: prompt, capacity: capacity, of: sizes)
        ?? KeyValueCache(sizes: sizes, capacity: capacity),
      room: room, ending: unanswered(prompt, maxTokens: maxTokens).stopReason,
      stopTokens: stopTokens, sampler: sampler, prefix: prefix, onToken: onToken)
  }

  /// One token of each reply: those that wait with a single one are fed together.
  private func advance(_ replies: [Reply]) {
    compute.arena.scoped {
      let steps = replies.map { (reply: $0, tokens: $0.waiting()) }
      let together = steps.filter { $0.tokens.count == 1 }
      let logits = compute.arena.matrix(max(1, together.count), model.weights.head.rows)
      for step in steps where step.tokens.count > 1 {
        feed(step.reply, logits.rows(0..<1))
      }
      guard !together.isEmpty else { return }
      model.step(
        together.compactMap(\.tokens.first), caches: together.map(\.reply.cache),
        adapter: use, into: logits, with: compute)
      for (row, step) in together.enumerated() {
        unsafe step.reply.take(
          UnsafeMutableBufferPointer(start: logits.row(row), count: logits.columns))
      }
    }
  }

  private func feed(_ reply: Reply, _ logits: Matrix) {
    model.feed(
      Array(reply.waiting()), cache: reply.cache, adapter: use, into: logits, with: compute)
    unsafe reply.take(UnsafeMutableBufferPointer(start: logits.base, count: logits.columns))
  }
}
