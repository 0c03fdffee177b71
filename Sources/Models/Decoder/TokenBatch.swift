import Tensors

/// Sequences laid end to end without padding; each sees only itself.
package struct TokenBatch: Equatable, Sendable {
  /// What the model reads.
  package private(set) var tokens: [Int32] = []
  /// The token ranges of the sequences, in order, covering `tokens`.
  package private(set) var sequences: [Range<Int>] = []
  /// Positions within each sequence.
  package private(set) var positions: [Int32] = []
  /// Rows of `tokens` whose prediction counts, ascending.
  package private(set) var scored: [Int] = []
  /// The token that each of them should predict.
  package private(set) var targets: [Int32] = []

  package init() {}

  /// Whole sequences in which every token but the first is to be predicted.
  package init(sequences: [[Int32]]) {
    for sequence in sequences { append(sequence, trained: sequence.map { _ in true }) }
  }

  /// Adds a sequence.
  ///
  /// - Parameters:
  ///   - trained: as long as `sequence`: whether predicting that token counts. The first token is
  ///     never predicted.
  ///   - readsLast: whether the model reads the last token too; nothing is predicted from it.
  package mutating func append(
    _ sequence: [Int32], trained: [Bool], readsLast: Bool = true
  ) {
    precondition(
      trained.count == sequence.count, "\(trained.count) flags for \(sequence.count) tokens")
    let read = readsLast ? sequence[...] : sequence.dropLast()
    guard !read.isEmpty else { return }
    let start = tokens.count
    tokens += read
    sequences.append(start..<tokens.count)
    positions += read.indices.map { Int32(truncatingIfNeeded: $0) }
    for (place, (token, isTrained)) in zip(sequence, trained).enumerated().dropFirst()
    where isTrained {
      scored.append(start + place - 1)
      targets.append(token)
    }
  }
}
