/// A unigram language model over tokens (Kudo, arXiv 1804.10959): of all ways to cut a word into tokens, the one
/// with the highest sum of scores, as Hugging Face's library finds it.
package final class UnigramEncoder: Sendable {
  private let scores: [Double]
  /// The tokens that text is made of.
  private let index: PrefixIndex
  /// Given for characters that are no token; neighbours are one.
  private let unknown: Int32
  /// What such a character costs: more than any token.
  private let unknownScore: Double
  /// The tokens `<0x00>` to `<0xFF>`, which spell unknown characters; empty where they do not.
  private let namedBytes: [Int32]

  /// - Parameters:
  ///   - scores: one a token, finite.
  ///   - unknown: a token of the vocabulary.
  ///   - fallsBackToBytes: whether unknown characters are spelled by the tokens of their bytes.
  ///   - kinds: which tokens text is made of.
  ///   - lowest: the score that unknown characters stay below; nil for the lowest of all.
  package init(
    vocabulary: Vocabulary, scores: [Double], unknown: Int32, fallsBackToBytes: Bool,
    kinds: Set<Vocabulary.Kind> = [.normal], lowest: Double? = nil
  ) {
    precondition(
      scores.count <= vocabulary.count && scores.indices.contains(Int(unknown)),
      "\(scores.count) scores of \(vocabulary.count) tokens, and \(unknown) is unknown")
    self.scores = scores
    self.unknown = unknown
    unknownScore = (lowest ?? scores.min() ?? 0) - 10
    // Of tokens with the same text the last counts.
    index = PrefixIndex(
      scores.indices.reversed().map { Int32(truncatingIfNeeded: $0) }
        .filter { vocabulary.kind(of: $0).map(kinds.contains) ?? false }
        .map { (vocabulary.key(of: $0), $0) })
    namedBytes =
      fallsBackToBytes
      ? (0...UInt8.max).map { vocabulary.id(of: ByteToken.name(of: $0).utf8) ?? -1 } : []
  }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    let spells = !namedBytes.isEmpty
    unsafe Array("unigram \(unknown) \(spells)".utf8).withUnsafeBytes(unsafe body)
    unsafe scores.withUnsafeBytes(body)
  }

  /// The best way to each place of a word: the token that ends there, and where it begins.
  private struct Step {
    var score = -Double.infinity
    var start = -1
    var token: Int32 = -1
  }

  /// Appends the tokens of one word.
  func encode(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    let hash = unsafe ByteHash.of(word)
    if unsafe workspace.cache.append(word, hash, to: &output) { return }
    let start = output.count
    unsafe append(bestPath(word), of: word, to: &output)
    unsafe workspace.cache.insert(word, hash, output[start...])
  }

  private func bestPath(_ word: UnsafeBufferPointer<UInt8>) -> [Step] {
    var steps = [Step](repeating: Step(), count: word.count + 1)
    steps[0].score = 0
    var position = 0
    while position < word.count {
      let length = unsafe min(UTF8Scalars.length(of: word[position]), word.count - position)
      let reached = steps[position].score
      var isToken = false
      func offer(_ length: Int, _ token: Int32, _ score: Double) {
        if reached + score > steps[position + length].score {
          steps[position + length] = Step(score: reached + score, start: position, token: token)
        }
      }
      unsafe index.forEachPrefix(of: word, at: position) { count, token in
        offer(count, token, scores[Int(token)])
        if count == length { isToken = true }
      }
      if !isToken { offer(length, unknown, unknownScore) }
      position += length
    }
    return steps
  }

  private func append(
    _ steps: [Step], of word: UnsafeBufferPointer<UInt8>, to output: inout [Int32]
  ) {
    var path: [(token: Int32, range: Range<Int>)] = []
    var end = word.count
    while end > 0 {
      let step = steps[end]
      if step.token == unknown, let last = path.last, last.token == unknown {
        path[path.count - 1].range = step.start..<last.range.upperBound
      } else {
        path.append((step.token, step.start..<end))
      }
      end = step.start
    }
    for (token, range) in path.reversed() {
      let bytes = unsafe word[range]
      if token == unknown, !namedBytes.isEmpty,
        unsafe bytes.allSatisfy({ namedBytes[Int($0)] >= 0 })
      {
        unsafe output += bytes.map { namedBytes[Int($0)] }
      } else {
        output.append(token)
      }
    }
  }
}
