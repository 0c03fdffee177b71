/// Sequences laid end to end without padding; each sees only itself.
package struct TokenBatch: Sendable {
  package let tokens: [Int32]
  /// The token ranges of the sequences, in order, covering `tokens`.
  package let sequences: [Range<Int>]
  /// Positions within each sequence.
  package let positions: [Int32]
  /// Rows whose next token counts in the loss, ascending.
  package let scored: [Int]
  /// The tokens that follow the scored rows.
  package let targets: [Int32]

  /// - Parameters:
  ///   - sequences: token ids of each sequence.
  ///   - trained: for each sequence and token, whether predicting that token counts. The first token
  ///     of a sequence is never predicted. nil counts all others.
  package init(sequences: [[Int32]], trained: [[Bool]]? = nil) {
    var tokens: [Int32] = []
    var ranges: [Range<Int>] = []
    var positions: [Int32] = []
    var scored: [Int] = []
    var targets: [Int32] = []
    for (index, sequence) in sequences.enumerated() where !sequence.isEmpty {
      let start = tokens.count
      tokens += sequence
      ranges.append(start..<tokens.count)
      positions += (0..<sequence.count).map { Int32($0) }
      for place in 1..<max(2, sequence.count) where place < sequence.count {
        guard trained?[index][place] ?? true else { continue }
        scored.append(start + place - 1)
        targets.append(sequence[place])
      }
    }
    self.tokens = tokens
    self.sequences = ranges
    self.positions = positions
    self.scored = scored
    self.targets = targets
  }
}
