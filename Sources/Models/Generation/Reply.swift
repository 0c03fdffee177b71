import Diagnostics
import Tensors

/// One reply on its way: what was fed, what was said, and how the next token is drawn.
final class Reply {
  let cache: KeyValueCache
  private let model: DecoderModel
  private let room: Int
  private let stopTokens: Set<Int32>
  private let prefix: PrefixCache?
  private let onToken: (Int32) -> TextGenerator.StopReason?
  private var sampler: Sampler
  /// All tokens so far, the prompt's before the reply's; of these the cache has the first ones.
  private var text: [Int32]
  private var seen: Set<Int32>
  private let start = ContinuousClock.now
  private var began: ContinuousClock.Instant?
  private(set) var result: TextGenerator.Result
  private(set) var isFinished: Bool

  /// - Parameters:
  ///   - prompt: at least one token, fewer than the context.
  ///   - cache: has the start of the prompt.
  ///   - room: the most tokens of the reply, at least 1.
  ///   - ending: what it is said to end with when the room is filled.
  init(
    to prompt: [Int32], of model: DecoderModel, cache: KeyValueCache, room: Int,
    ending: TextGenerator.StopReason, stopTokens: Set<Int32>, sampler: Sampler,
    prefix: PrefixCache?, onToken: @escaping (Int32) -> TextGenerator.StopReason?
  ) {
    precondition(
      cache.count < prompt.count && room > 0,
      "\(cache.count) of \(prompt.count) tokens of a prompt are kept, with room for \(room)")
    (self.model, self.cache, self.room, self.stopTokens) = (model, cache, room, stopTokens)
    (self.sampler, self.prefix, self.onToken) = (sampler, prefix, onToken)
    text = prompt
    seen = Set(prompt)
    result = TextGenerator.Result(
      tokens: [], stopReason: ending, promptSeconds: 0, seconds: 0)
    isFinished = false
  }

  /// What is to be fed next: one token of a reply on its way, all of a prompt, and everything anew where
  /// the sequence outgrows the length that its keys were turned for.
  func waiting() -> ArraySlice<Int32> {
    if cache.count > 0, model.turnsDiffer(at: cache.length, and: text.count) {
      cache.truncate(to: 0)
    }
    return text[cache.count...]
  }

  /// Draws the next token from the logits behind what was fed.
  func take(_ logits: UnsafeMutableBufferPointer<Float>) {
    prefix?.keep(text)
    if let began {
      result.steps += 1
      result.seconds = (ContinuousClock.now - began).seconds
    } else {
      let now = ContinuousClock.now
      result.promptSeconds = (now - start).seconds
      began = now
    }
    guard let token = unsafe sampler.next(logits, seen: seen) else { return finish(.notFinite) }
    if stopTokens.contains(token) { return finish(.endOfTurn) }
    result.tokens.append(token)
    text.append(token)
    seen.insert(token)
    if let reason = onToken(token) { return finish(reason) }
    isFinished = result.tokens.count == room
  }

  private func finish(_ reason: TextGenerator.StopReason) {
    result.stopReason = reason
    isFinished = true
  }
}
