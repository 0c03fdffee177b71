import Synchronization

/// Byte-pair encoding of single words (Sennrich et al., 2016, on bytes as GPT-2 does): start with
/// one token a byte, and merge the neighbours of lowest rank, leftmost first, until none is left.
package final class BytePairEncoder: Sendable {
  private let merges: MergeTable
  private let vocabulary: Vocabulary
  /// The token of each byte; -1 for a byte that the vocabulary lacks.
  private let byteTokens: [Int32]
  /// Given for bytes that the vocabulary lacks; without it they are left out.
  private let unknown: Int32?
  /// Whether a word that is a token is taken whole, even where no merges lead to it (Llama 3).
  private let takesWholeWords: Bool
  private let workspace = Mutex(Workspace())

  package init(
    vocabulary: Vocabulary, merges: MergeTable, unknown: Int32? = nil,
    takesWholeWords: Bool = false
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.unknown = unknown
    self.takesWholeWords = takesWholeWords
    byteTokens = (0...255).map { vocabulary.id(of: [UInt8($0)]) ?? -1 }
  }

  func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    merges.forEachPart(body)
    [UInt8(takesWholeWords ? 1 : 0)].withUnsafeBytes(body)
  }

  /// What encoding keeps from one word to the next.
  struct Workspace: Sendable {
    var cache = WordCache()
    var pieces: [Piece] = []
    var queue = MergeQueue()
  }

  /// A stretch of a word with one token, linked to its neighbours by position; -1 is none.
  struct Piece: Sendable {
    var token: Int32
    var previous: Int32
    var next: Int32
  }

  /// Runs `body` with a workspace of its own: the shared one with its cache, or where another
  /// thread has that, a fresh one.
  func withWorkspace(_ body: (inout Workspace) -> Void) {
    if workspace.withLockIfAvailable({ body(&$0) }) != nil { return }
    var fresh = Workspace()
    body(&fresh)
  }

  /// Appends the tokens of one word, as a pre-tokenizer cuts them.
  func encode(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    if word.count == 1, byteTokens[Int(word[0])] >= 0 {
      return output.append(byteTokens[Int(word[0])])
    }
    let hash = ByteHash.of(word)
    if workspace.cache.append(word, hash, to: &output) { return }
    let start = output.count
    if takesWholeWords, let token = vocabulary.id(of: word) {
      output.append(token)
    } else {
      merge(word, into: &output, &workspace)
    }
    workspace.cache.insert(word, hash, output[start...])
  }

  private func merge(
    _ word: UnsafeBufferPointer<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
  ) {
    fill(&workspace, from: word)
    while let candidate = workspace.queue.removeFirst() {
      apply(candidate, &workspace)
    }
    var position: Int32 = workspace.pieces.isEmpty ? -1 : 0
    while position >= 0 {
      let piece = workspace.pieces[Int(position)]
      output.append(piece.token)
      position = piece.next
    }
  }

  /// One piece a byte, and every merge that is possible at once.
  private func fill(_ workspace: inout Workspace, from word: UnsafeBufferPointer<UInt8>) {
    workspace.pieces.removeAll(keepingCapacity: true)
    for byte in word {
      let known = byteTokens[Int(byte)]
      guard let token = known >= 0 ? known : unknown else { continue }
      let count = Int32(truncatingIfNeeded: workspace.pieces.count)
      workspace.pieces.append(Piece(token: token, previous: count - 1, next: count + 1))
    }
    guard !workspace.pieces.isEmpty else { return }
    workspace.pieces[workspace.pieces.count - 1].next = -1
    for position in 0..<workspace.pieces.count - 1 {
      offer(Int32(truncatingIfNeeded: position), &workspace)
    }
  }

  /// Queues the merge of a piece with the next one, if there is such a merge.
  private func offer(_ position: Int32, _ workspace: inout Workspace) {
    let piece = workspace.pieces[Int(position)]
    guard piece.next >= 0 else { return }
    let right = workspace.pieces[Int(piece.next)].token
    guard let merge = merges.merge(piece.token, right) else { return }
    workspace.queue.insert(
      MergeQueue.Candidate(
        rank: merge.rank, position: position, left: piece.token, right: right, token: merge.token))
  }

  /// Does a merge unless its pieces have changed since it was queued.
  private func apply(_ candidate: MergeQueue.Candidate, _ workspace: inout Workspace) {
    let position = Int(candidate.position)
    let piece = workspace.pieces[position]
    guard piece.token == candidate.left, piece.next >= 0,
      workspace.pieces[Int(piece.next)].token == candidate.right
    else { return }
    let absorbed = workspace.pieces[Int(piece.next)]
    workspace.pieces[Int(piece.next)].token = -1
    workspace.pieces[position].token = candidate.token
    workspace.pieces[position].next = absorbed.next
    if absorbed.next >= 0 { workspace.pieces[Int(absorbed.next)].previous = candidate.position }
    if piece.previous >= 0 { offer(piece.previous, &workspace) }
    offer(candidate.position, &workspace)
  }
}
