/// The steps of a tokenizer between its text and its words.
package struct TextPipeline: Equatable, Sendable {
  package var normalizers: [Normalizer] = []
  package var splits: [SplitStep] = []

  package init(normalizers: [Normalizer] = [], splits: [SplitStep] = []) {
    self.normalizers = normalizers
    self.splits = splits
  }

  /// Whether text that stands there gets a space before it which nobody wrote.
  package func prefixes(at place: TextPlace) -> Bool {
    if place == .inside { return false }
    let isPrepended = normalizers.contains(where: \.prefixes)
    return isPrepended
      || splits.contains {
        guard case .metaspace(let metaspace) = $0 else { return false }
        return metaspace.prefix == .always || metaspace.prefix == .first && place == .start
      }
  }

  func normalized(_ text: UnsafeBufferPointer<UInt8>, isOpening: Bool) -> [UInt8] {
    unsafe normalizers.reduce(Array(text)) { $1.applied(to: $0, isOpening: isOpening) }
  }

  /// Whether normalizers leave out what a text begins with. The rest counts as what comes after it: it gets
  /// no space of `Metaspace.Prefix.first`.
  func cutsBeginning(of text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard normalizers.contains(where: \.mayCut) else { return false }
    var text = unsafe Array(text)
    for normalizer in normalizers {
      if normalizer.cutsBeginning(of: text) { return true }
      text = normalizer.applied(to: text, isOpening: true)
    }
    return false
  }

  /// Calls `body` with each word.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, at place: TextPlace,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    unsafe Self.split(text, place, splits[...], body)
  }

  /// The words of a text at its beginning, without what normalizers do.
  package func words(of text: String) -> [String] {
    var text = text
    var words: [String] = []
    text.withUTF8 { buffer in
      unsafe forEachWord(in: buffer, at: .start) {
        unsafe words.append(String(decoding: $0, as: UTF8.self))
      }
    }
    return words
  }

  private static func split(
    _ text: UnsafeBufferPointer<UInt8>, _ place: TextPlace, _ steps: ArraySlice<SplitStep>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let step = steps.first else { return unsafe body(text) }
    if steps.count == 1, case .rule(let rule) = step {
      return unsafe rule.forEachWord(in: text, body)
    }
    unsafe step.forEachPart(of: text, at: place) { part, place in
      unsafe split(part, place, steps.dropFirst(), body)
    }
  }
}
