/// Text to token ids and back, as one model sees it.
///
/// Added tokens are found first; what is between them is normalized, searched for those added tokens
/// that are looked for in normalized text, cut into words, and encoded word by word.
///
/// A class, for it has many parts and is held by each that encodes.
package final class Tokenizer: TextEncoder, Sendable {
  package let vocabulary: Vocabulary
  package let specialTokens: SpecialTokens
  package let pipeline: TextPipeline
  package let decoding: TextDecoding
  let model: TokenModel
  package let addedTokens: [AddedToken]
  /// Tokens that are found in the text as it is, and in normalized text.
  private let matcher: AddedTokenMatcher
  private let normalizedMatcher: AddedTokenMatcher
  private let addedIds: Set<Int32>
  private let workspace = SharedWorkspace()

  /// - Parameters:
  ///   - addedTokens: those of `specialTokens`, with what text beside them does.
  ///   - rules: whose rules find added tokens.
  package init(
    vocabulary: Vocabulary, model: TokenModel, specialTokens: SpecialTokens,
    addedTokens: [AddedToken], pipeline: TextPipeline, decoding: TextDecoding = TextDecoding(),
    rules: AddedTokenMatcher.Rules
  ) {
    self.model = model
    self.specialTokens = specialTokens
    self.addedTokens = addedTokens
    self.pipeline = pipeline
    self.decoding = decoding
    // Where nothing is normalized, all are found alike, but of two that overlap the normalized one is last.
    let isOneKind = Set(addedTokens.map(\.isNormalized)).count < 2
    let findsOnce = pipeline.normalizers.isEmpty && (isOneKind || rules == .llamaCpp)
    let isNormalized = { (token: AddedToken) in token.isNormalized && !findsOnce }
    matcher = AddedTokenMatcher(addedTokens.filter { !isNormalized($0) }, rules: rules)
    normalizedMatcher = AddedTokenMatcher(addedTokens.filter(isNormalized), rules: rules) { text in
      unsafe Array(text.utf8).withUnsafeBufferPointer {
        unsafe pipeline.normalized($0, isOpening: true)
      }
    }
    addedIds = Set(addedTokens.map(\.id))
    // Tokens that are found in normalized text read as they are found.
    var normalized: [Int32: [UInt8]] = [:]
    for token in addedTokens where isNormalized(token) {
      normalized[token.id] = unsafe Array(token.text.utf8).withUnsafeBufferPointer {
        unsafe pipeline.normalized($0, isOpening: true)
      }
    }
    var vocabulary = vocabulary
    if decoding != TextDecoding() || !normalized.isEmpty {
      vocabulary.setTexts { decoding.text(of: normalized[$0].map { $0[...] } ?? $1, $2) }
    }
    self.vocabulary = vocabulary
  }

  /// The number of ids, special tokens included: valid ids are `0..<vocabularySize`.
  package var vocabularySize: Int { vocabulary.count }

  /// Appends the ids of `text`, which follows what `output` has: whether a tokenizer puts a space of its
  /// own before it depends on that. Nothing else is put before or after it; see `SpecialTokens.opening`.
  package func encode(_ text: String, parseSpecial: Bool, into output: inout [Int32]) {
    var text = text
    if parseSpecial, !normalizedMatcher.isEmpty, let id = normalizedToken(named: text) {
      // A marker by itself is that token, also where normalizing would begin it with a space.
      return output.append(id)
    }
    let place = place(after: output)
    text.withUTF8 { buffer in
      workspace.with { workspace in
        unsafe encode(buffer, parseSpecial, at: place, into: &output, &workspace)
      }
    }
  }

  private func normalizedToken(named text: String) -> Int32? {
    addedTokens.first { $0.isNormalized && $0.text.utf8.elementsEqual(text.utf8) }?.id
  }

  /// Where text stands that follows these tokens.
  package func place(after tokens: [Int32]) -> TextPlace {
    guard let last = tokens.last else { return .start }
    return addedIds.contains(last) ? .afterToken : .inside
  }

  /// The names of special tokens that stand in `text`, each once, in order.
  package func specialNames(in text: String) -> [String] {
    var names: [String] = []
    var text = text
    text.withUTF8 { buffer in
      let add = { (_: Range<Int>, id: Int32?) in
        guard let id, self.isControl(id) else { return }
        let name = self.name(of: id)
        if !names.contains(name) { names.append(name) }
      }
      unsafe matcher.forEachPart(of: buffer, parseSpecial: true, add)
      if !normalizedMatcher.isEmpty {
        unsafe normalizedMatcher.forEachPart(of: buffer, parseSpecial: true, add)
      }
    }
    return names
  }

  /// How many tokens `text` has.
  package func tokenCount(of text: String, parseSpecial: Bool = false) -> Int {
    encode(text, parseSpecial: parseSpecial).count
  }

  /// The text of `ids`. Bytes that are not UTF-8 become U+FFFD; ids beyond the vocabulary, nothing.
  ///
  /// - Parameter skipSpecial: leaves out control tokens.
  package func decode(_ ids: some Sequence<Int32>, skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    var isOpening = true
    for id in ids where !skipSpecial || !isControl(id) {
      bytes.append(contentsOf: self.bytes(of: id, isOpening: isOpening))
      isOpening = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes of one token as text.
  ///
  /// - Parameter isOpening: whether it begins the text.
  func bytes(of id: Int32, isOpening: Bool) -> ArraySlice<UInt8> {
    let bytes = vocabulary.bytes(of: id)
    return isOpening ? decoding.openingText(of: vocabulary.key(of: id), bytes) : bytes
  }

  /// The name of a token that is found in text by it; else its text.
  package func name(of id: Int32) -> String {
    addedTokens.first { $0.id == id }?.text ?? piece(id)
  }

  /// The text of one token, for people: half characters become U+FFFD.
  package func piece(_ id: Int32) -> String {
    String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
  }

  /// Whether `id` is a marker that is no part of the text.
  package func isControl(_ id: Int32) -> Bool {
    switch vocabulary.kind(of: id) {
    case .control, .unknown: true
    default: false
    }
  }
}

// MARK: - Encoding

extension Tokenizer {
  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, _ parseSpecial: Bool, at place: TextPlace,
    into output: inout [Int32], _ workspace: inout Workspace
  ) {
    var place = place
    unsafe matcher.forEachPart(of: text, parseSpecial: parseSpecial) { range, id in
      if let id {
        output.append(id)
        place = .afterToken
        return
      }
      let stretch = unsafe UnsafeBufferPointer(rebasing: text[range])
      if pipeline.normalizers.isEmpty && normalizedMatcher.isEmpty {
        unsafe encodeWords(stretch, at: place, into: &output, &workspace)
      } else {
        unsafe encodeNormalized(stretch, parseSpecial, at: place, into: &output, &workspace)
      }
    }
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, _ parseSpecial: Bool, at place: TextPlace,
    into output: inout [Int32], _ workspace: inout Workspace
  ) {
    let normalized = unsafe pipeline.normalized(text, isOpening: place != .inside)
    var place = unsafe pipeline.cutsBeginning(of: text) && place == .start ? .afterToken : place
    unsafe normalized.withUnsafeBufferPointer { buffer in
      unsafe normalizedMatcher.forEachPart(of: buffer, parseSpecial: parseSpecial) { range, id in
        if let id {
          output.append(id)
          place = .afterToken
        } else {
          let stretch = unsafe UnsafeBufferPointer(rebasing: buffer[range])
          unsafe encodeWords(stretch, at: place, into: &output, &workspace)
        }
      }
    }
  }

  private func encodeWords(
    _ text: UnsafeBufferPointer<UInt8>, at place: TextPlace, into output: inout [Int32],
    _ workspace: inout Workspace
  ) {
    unsafe pipeline.forEachWord(in: text, at: place) { word in
      unsafe model.encode(word, into: &output, &workspace)
    }
  }
}
