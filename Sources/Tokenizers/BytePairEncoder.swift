/// Byte-pair encoding of single words (Sennrich et al., 2016): start with one token a unit, and merge
/// the neighbours that come first, leftmost first among equals, until none is left.
package final class BytePairEncoder: Sendable {
  /// Which neighbours merge, and how early.
  package enum Order: Sendable {
    /// Those of a table.
    case table(MergeTable)
    /// Those that together are a token, by its score, highest first: a number a token (SentencePiece
    /// as llama.cpp has it).
    case scores([Float])
  }

  /// What a word is taken apart into, and what becomes of a unit that is no token.
  package struct Units: Sendable {
    /// UTF-8 characters, or bytes as GPT-2 does.
    package var areCharacters = false
    /// Whether a character is spelled by the tokens `<0x00>` to `<0xFF>`, where it has all it needs.
    package var fallsBackToBytes = false
    /// Given for other units; without it they are left out.
    package var unknown: Int32?
    /// Whether units of no token part their neighbours until all merges are done, and are spelled in bytes
    /// or left out only then (llama.cpp).
    package var holdsPlaces = false
    /// Whether unknown neighbours are one token.
    package var fusesUnknown = false
    /// Whether a word that is a token is taken whole, even where no merges lead to it (Llama 3).
    package var takesWholeWords = false

    package init() {}
  }

  private let order: Order
  let units: Units
  private let vocabulary: Vocabulary
  /// The token of each byte that stands for itself, and the one that is named `<0x00>`; -1 for none.
  private let byteTokens: [Int32]
  private let namedBytes: [Int32]
  /// The ranks that the scores amount to, by token.
  private let ranks: [UInt32]

  package init(vocabulary: Vocabulary, order: Order, units: Units = Units()) {
    self.vocabulary = vocabulary
    self.order = order
    self.units = units
    byteTokens = (0...255).map { vocabulary.id(of: [UInt8($0)]) ?? -1 }
    namedBytes = (0...255).map { vocabulary.id(of: ByteToken.name(of: UInt8($0)).utf8) ?? -1 }
    ranks = if case .scores(let scores) = order { scores.map(Self.rank) } else { [] }
  }

  /// A number that is the lower, the higher a score is.
  private static func rank(_ score: Float) -> UInt32 {
    // With 0 added, both zeros are one.
    let bits = (score + 0).bitPattern
    return ~(bits >> 31 == 1 ? ~bits : bits | 1 << 31)
  }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch order {
    case .table(let merges): unsafe merges.forEachPart(body)
    case .scores(let scores): unsafe scores.withUnsafeBytes(body)
    }
    unsafe [UInt8(units.takesWholeWords ? 1 : 0)].withUnsafeBytes(body)
    guard units.areCharacters || units.unknown != nil else { return }
    let rest = "\(units.fallsBackToBytes) \(units.unknown ?? -1) \(units.fusesUnknown)"
    unsafe Array(rest.utf8).withUnsafeBytes(body)
  }

  /// A stretch of a word with one token (-1: none), linked to its neighbours by position; -1 is none.
  struct Piece: Sendable {
    var token: Int32
    var start: Int32
    /// In bytes; 0 once another piece has absorbed this one.
    var length: Int32
    var previous: Int32
    var next: Int32
  }

  /// Appends the tokens of one word, as a pre-tokenizer cuts them.
  func encode(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    if word.count == 1, unsafe byteTokens[Int(word[0])] >= 0 {
      return unsafe output.append(byteTokens[Int(word[0])])
    }
    let key = unsafe ShortWordCache.Key(word)
    if let key, workspace.shortWords.append(key, to: &output) { return }
    let hash = unsafe ByteHash.of(word)
    if unsafe workspace.cache.append(word, hash, to: &output) { return }
    let start = output.count
    unsafe encodeUnknown(word, into: &output, &workspace)
    if let key, workspace.shortWords.insert(key, output[start...]) { return }
    unsafe workspace.cache.insert(word, hash, output[start...])
  }

  /// A word whose tokens are not remembered.
  private func encodeUnknown(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    if units.takesWholeWords, let token = unsafe vocabulary.id(of: word) {
      output.append(token)
    } else {
      unsafe merge(word, into: &output, &workspace)
    }
  }

  private func merge(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    unsafe fill(&workspace, from: word)
    guard !workspace.pieces.isEmpty else { return }
    if case .table(let merges) = order, workspace.pieces.count <= FewPieces.most,
      workspace.pieces.allSatisfy({ $0.token >= 0 })
    {
      return workspace.few.merge(workspace.pieces, by: merges, into: &output)
    }
    workspace.pieces[workspace.pieces.count - 1].next = -1
    for position in 0..<workspace.pieces.count - 1 {
      unsafe offer(Int32(truncatingIfNeeded: position), word, &workspace)
    }
    while let candidate = workspace.queue.removeFirst() {
      unsafe apply(candidate, word, &workspace)
    }
    var position: Int32 = 0
    while position >= 0 {
      let piece = workspace.pieces[Int(position)]
      unsafe append(piece, of: word, to: &output)
      position = piece.next
    }
  }

  /// The token of a piece; of one that has none, those of its bytes.
  private func append(
    _ piece: Piece, of word: UnsafeBufferPointer<UInt8>, to output: inout [Int32]
  ) {
    if piece.token >= 0 { return output.append(piece.token) }
    for place in Int(piece.start)..<Int(piece.start + piece.length) {
      let byte = unsafe word[place]
      let named = namedBytes[Int(byte)]
      let token = named >= 0 ? named : byteTokens[Int(byte)]
      if let token = token >= 0 ? token : units.unknown { output.append(token) }
    }
  }

  /// Queues the merge of a piece with the next one, if there is such a merge.
  private func offer(
    _ position: Int32, _ word: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace
  ) {
    let piece = workspace.pieces[Int(position)]
    guard piece.next >= 0 else { return }
    let right = workspace.pieces[Int(piece.next)]
    let length = piece.length + right.length
    switch order {
    case .table(let merges):
      guard piece.token >= 0, right.token >= 0,
        let merge = merges.merge(piece.token, right.token)
      else { return }
      workspace.queue.insert(
        MergeQueue.Candidate(
          rank: merge.rank, position: position, length: length, token: merge.token))
    case .scores:
      let text = unsafe word[Int(piece.start)..<Int(piece.start + length)]
      guard let token = unsafe vocabulary.id(of: UnsafeBufferPointer(rebasing: text)) else {
        return
      }
      workspace.queue.insert(
        MergeQueue.Candidate(
          rank: ranks[Int(token)], position: position, length: length, token: token))
    }
  }

  /// Does a merge unless its pieces have changed since it was queued: the lengths of neighbours only
  /// grow, and so tell.
  private func apply(
    _ candidate: MergeQueue.Candidate, _ word: UnsafeBufferPointer<UInt8>,
    _ workspace: inout Workspace
  ) {
    let position = Int(candidate.position)
    let piece = workspace.pieces[position]
    guard piece.length > 0, piece.next >= 0 else { return }
    let absorbed = workspace.pieces[Int(piece.next)]
    guard piece.length + absorbed.length == candidate.length else { return }
    workspace.pieces[Int(piece.next)].length = 0
    workspace.pieces[position].token = candidate.token
    workspace.pieces[position].length = candidate.length
    workspace.pieces[position].next = absorbed.next
    if absorbed.next >= 0 { workspace.pieces[Int(absorbed.next)].previous = candidate.position }
    if piece.previous >= 0 { unsafe offer(piece.previous, word, &workspace) }
    unsafe offer(candidate.position, word, &workspace)
  }
}

// MARK: - Units

extension BytePairEncoder {
  /// One piece a unit.
  private func fill(_ workspace: inout Workspace, from word: UnsafeBufferPointer<UInt8>) {
    workspace.pieces.removeAll(keepingCapacity: true)
    // Where unknown units that are not given yet begin.
    var unknownStart: Int?
    var position = 0
    while position < word.count {
      let length = unsafe units.areCharacters ? UTF8Scalars.length(of: word[position]) : 1
      let end = min(position + length, word.count)
      let unit = unsafe UnsafeBufferPointer(rebasing: word[position..<end])
      let token =
        unsafe length == 1 ? byteTokens[Int(word[position])] : vocabulary.id(of: unit) ?? -1
      if token >= 0 || units.holdsPlaces {
        giveUnknown(&workspace, from: &unknownStart, to: position)
        Self.append(token, position..<end, to: &workspace)
      } else if units.fallsBackToBytes, unsafe unit.allSatisfy({ namedBytes[Int($0)] >= 0 }) {
        for place in position..<end {
          unsafe Self.append(namedBytes[Int(word[place])], place..<place + 1, to: &workspace)
        }
      } else if units.unknown != nil {
        if !units.fusesUnknown { giveUnknown(&workspace, from: &unknownStart, to: position) }
        unknownStart = unknownStart ?? position
      }
      position = end
    }
    giveUnknown(&workspace, from: &unknownStart, to: word.count)
  }

  private func giveUnknown(_ workspace: inout Workspace, from start: inout Int?, to end: Int) {
    guard let begin = start, let unknown = units.unknown else { return }
    Self.append(unknown, begin..<end, to: &workspace)
    start = nil
  }

  private static func append(_ token: Int32, _ range: Range<Int>, to workspace: inout Workspace) {
    let count = Int32(truncatingIfNeeded: workspace.pieces.count)
    workspace.pieces.append(
      Piece(
        token: token, start: Int32(truncatingIfNeeded: range.lowerBound),
        length: Int32(truncatingIfNeeded: range.count), previous: count - 1, next: count + 1))
  }
}
