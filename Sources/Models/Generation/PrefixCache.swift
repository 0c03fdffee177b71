/// The key-value cache of a text that grows, such as a conversation: what a new prompt shares with the
/// last one is not computed again.
package final class PrefixCache {
  private var cache: KeyValueCache?
  /// The tokens whose keys and values are in the cache.
  private var tokens: [Int32] = []

  /// Rows of the smallest cache that is made.
  private static let smallestCapacity = 1_024

  package init() {}

  /// A cache with the keys and values of the start of `prompt`, all but its last token at most, since
  /// logits come from feeding at least one.
  ///
  /// - Parameter capacity: positions that it must have room for, at most the model's context.
  func cache(
    for prompt: [Int32], capacity: Int, of sizes: DecoderSizes
  ) -> KeyValueCache {
    guard let cache, cache.capacity >= capacity else {
      let room = max(capacity, 2 * (self.cache?.capacity ?? 0), Self.smallestCapacity)
      let grown = KeyValueCache(
        sizes: sizes, capacity: min(room, sizes.context))
      self.cache = grown
      tokens = []
      return grown
    }
    let shared = zip(tokens, prompt.dropLast()).prefix { $0 == $1 }.count
    cache.truncate(to: shared)
    tokens.removeLast(tokens.count - shared)
    return cache
  }

  /// Notes the tokens whose keys and values the cache has now.
  func keep(_ tokens: [Int32]) { self.tokens = tokens }
}
