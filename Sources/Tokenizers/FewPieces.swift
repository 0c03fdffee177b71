/// Merges the pieces of a word that has few of them: the next merge is looked for among all, which costs less than a
/// queue while they are not many.
struct FewPieces: Sendable {
  static let most = 32

  /// What is left of the pieces.
  private var tokens: [Int32] = []
  /// For each, its merge with the next one; a rank of `none` where there is no such merge.
  private var merges: [MergeTable.Merge] = []
  private static let none = MergeTable.Merge(rank: .max, token: -1)

  /// Appends what the pieces become: the lowest rank first, and of equals the leftmost.
  ///
  /// - Parameter pieces: each with a token.
  mutating func merge(
    _ pieces: [BytePairEncoder.Piece], by table: MergeTable, into output: inout [Int32]
  ) {
    tokens.removeAll(keepingCapacity: true)
    merges.removeAll(keepingCapacity: true)
    for piece in pieces { tokens.append(piece.token) }
    for place in 1..<tokens.count {
      merges.append(table.merge(tokens[place - 1], tokens[place]) ?? Self.none)
    }
    while let place = next {
      tokens[place] = merges[place].token
      tokens.remove(at: place + 1)
      merges.remove(at: place)
      if place < merges.count {
        merges[place] = table.merge(tokens[place], tokens[place + 1]) ?? Self.none
      }
      if place > 0 {
        merges[place - 1] = table.merge(tokens[place - 1], tokens[place]) ?? Self.none
      }
    }
    output.append(contentsOf: tokens)
  }

  /// The place of the next merge; nil if there is none.
  private var next: Int? {
    var best = UInt32.max
    var place: Int?
    for (index, merge) in merges.enumerated() where merge.rank < best {
      (best, place) = (merge.rank, index)
    }
    return place
  }
}
