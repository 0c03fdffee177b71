/// The tokens of a model that are no text, by role and by name.
package struct SpecialTokens: Equatable, Sendable {
  package var beginOfSequence: Int32?
  package var endOfSequence: Int32?
  /// Every token that ends a reply, `endOfSequence` among them.
  package var endsOfReply: Set<Int32> = []
  package var unknown: Int32?
  package var padding: Int32?
  /// Whether the model was trained with `beginOfSequence` before every text.
  package var addsBeginOfSequence = false
  /// Markers such as `<|im_start|>`, by their text: tokens only where markers are looked for.
  package var control: [String: Int32] = [:]
  /// Tokens added to the vocabulary by hand, by their text: tokens wherever they stand.
  package var userDefined: [String: Int32] = [:]

  package init() {}

  /// The token that every text of this model starts with, if it has one.
  package var opening: Int32? { addsBeginOfSequence ? beginOfSequence : nil }
}
