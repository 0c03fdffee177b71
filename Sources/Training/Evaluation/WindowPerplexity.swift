import Glibc
import Models
import Tensors

/// Perplexity of a long text by llama.cpp's convention (llama-perplexity): windows of `context` tokens
/// that do not overlap, the second half of each scored with the first as its past. Where the model's texts begin
/// with a token of their own, it stands in place of each window's first.
package struct WindowPerplexity {
  package struct Result: Sendable {
    package var perplexity: Double
    /// Standard error of the perplexity, from the spread of the tokens' losses.
    package var standardError: Double
    /// Tokens scored.
    package var tokens: Int
    package var windows: Int
  }

  package let evaluation: Evaluation
  package let context: Int
  /// What every text of the model begins with, if anything.
  package let begin: Int32?

  package init(evaluation: Evaluation, context: Int, begin: Int32? = nil) {
    self.evaluation = evaluation
    self.context = context
    self.begin = begin
  }

  /// The tokens of a window that fits into the text.
  package func window(_ index: Int, of tokens: [Int32]) -> [Int32] {
    let part = tokens[index * context..<(index + 1) * context]
    return (begin.map { [$0] } ?? []) + part.dropFirst(begin == nil ? 0 : 1)
  }

  /// - Parameter tokens: the whole text; what does not fill a window at the end is left out.
  /// - Returns: nil if the text is shorter than one window.
  package func run(
    _ tokens: [Int32], onProgress: (Int, Int) -> Bool = { _, _ in true }
  ) -> Result? {
    let windows = tokens.count / context
    guard context >= 4, windows > 0 else { return nil }
    let trained = (0..<context).map { $0 > context / 2 }
    let examples = (0..<windows).map {
      TokenizedExample(tokens: window($0, of: tokens), trained: trained, line: 0)
    }
    let score = evaluation.run(examples, onProgress: onProgress)
    guard score.tokens > 1 else { return nil }
    let mean = score.meanLoss
    let variance = score.squares / Double(score.tokens) - mean * mean
    let perplexity = exp(mean)
    return Result(
      perplexity: perplexity,
      standardError: perplexity * (max(0, variance) / Double(score.tokens - 1)).squareRoot(),
      tokens: score.tokens, windows: windows)
  }
}
