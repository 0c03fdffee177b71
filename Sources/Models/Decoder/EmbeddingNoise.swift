import Glibc
import Tensors

/// Noise on embeddings while training (NEFTune, arXiv 2310.05914): each number moves by at most
/// alpha/√(length · hidden), where length is that of its own sequence.
struct EmbeddingNoise {
  let alpha: Double
  /// Differs for each step.
  let seed: UInt64
  /// The rows of each sequence.
  let sequences: [Range<Int>]

  /// - Parameter x: `[tokens, hidden]`, the embeddings as they enter the first block.
  func add(to x: Matrix) {
    for (index, rows) in sequences.enumerated() {
      let bound = Float(alpha / (Double(rows.count) * Double(x.columns)).squareRoot())
      var random = RandomGenerator(seed: seed, stream: "neftune", index: UInt64(index))
      for row in rows {
        let values = unsafe x.row(row)
        for column in 0..<x.columns { unsafe values[column] += (random.uniform() * 2 - 1) * bound }
      }
    }
  }
}
