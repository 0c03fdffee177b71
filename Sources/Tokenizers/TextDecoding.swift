/// How tokens read as text: the `decoder` of a tokenizer.json.
package struct TextDecoding: Equatable, Sendable {
  /// What is replaced in each token.
  package var replacements: [Replacement] = []
  /// Whether the tokens `<0x00>` to `<0xFF>` are bytes.
  package var hasBytes = false
  /// Whether markers and tokens added by hand read as they are spelled (llama.cpp).
  package var keepsAdded = false
  /// What stands between two tokens.
  package var separator: [UInt8] = []
  /// What the beginning of a text loses: spaces that the tokenizer put there itself.
  package var opening = Opening.kept

  package struct Replacement: Equatable, Sendable {
    package var old: [UInt8]
    package var new: [UInt8]

    package init(_ old: [UInt8], _ new: [UInt8]) {
      self.old = old
      self.new = new
    }
  }

  package enum Opening: Equatable, Sendable {
    case kept
    /// At most as many spaces.
    case withoutSpaces(Int)
    /// All of the first token that stands for spaces, as the decoder `Metaspace` has it.
    case without([UInt8])
  }

  package init() {}

  /// A token as text.
  func text(of key: ArraySlice<UInt8>, _ kind: Vocabulary.Kind) -> [UInt8] {
    if hasBytes, kind == .byte || !keepsAdded, let byte = ByteToken.byte(named: key) {
      return [byte]
    }
    if keepsAdded, kind != .normal { return kind == .unused ? [] : Array(key) }
    return separator + replacements.reduce(Array(key)) { $0.replacing($1.old, with: $1.new) }
  }

  /// The first token of a text as text.
  func openingText(of key: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    switch opening {
    case .kept: text.dropFirst(separator.count)
    case .withoutSpaces(let most): text.dropFirst(text.prefix(most).prefix { $0 == 0x20 }.count)
    case .without(let space): Array(key).replacing(space, with: [])[...]
    }
  }
}
