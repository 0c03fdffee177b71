import Files
import Tensors
import Tokenizers

/// A written model, opened again and compared with what was to be written.
package struct ReadBack {
  package let model: LoadedModel
  /// The largest difference of a logit on the prompts, and the largest logit.
  package let difference: Double

  /// Largest difference that is no other model: sums in another order, relative to the largest logit.
  private static let tolerance = 1e-3

  /// - Parameters:
  ///   - decoder: what was to be written.
  ///   - prompts: tokens by the original's tokenizer.
  package init(
    _ path: String, of original: LoadedModel, _ decoder: DecoderModel, on prompts: [String]
  ) throws(FileError) {
    let model = try LoadedModel(path: path)
    let compute = Compute(precision: .f32)
    var (difference, largest) = (0.0, 0.0)
    for prompt in prompts {
      let tokens = original.tokenizer.encode(prompt, parseSpecial: true)
      guard model.tokenizer.encode(prompt, parseSpecial: true) == tokens else {
        throw Self.wrong(path, "its tokenizer gives \"\(prompt)\" other tokens")
      }
      let batch = TokenBatch(sequences: [tokens])
      compute.arena.scoped {
        let rows = Array(tokens.indices)
        let expected = decoder.logits(batch, rows: rows, with: compute)
        let found = model.decoder.logits(batch, rows: rows, with: compute)
        for row in rows {
          for column in 0..<min(expected.columns, found.columns) {
            let value = unsafe Double(expected.row(row)[column])
            difference = unsafe difference.orLarger(abs(Double(found.row(row)[column]) - value))
            largest = largest.orLarger(abs(value))
          }
        }
      }
    }
    guard difference <= Self.tolerance * max(1, largest) else {
      throw Self.wrong(path, "its logits differ by \(difference) from the model's")
    }
    guard
      original.tokenizer.specialTokens.endsOfReply.isSubset(
        of: model.tokenizer.specialTokens.endsOfReply)
    else { throw Self.wrong(path, "it lacks tokens that end a reply") }
    (self.model, self.difference) = (model, difference)
  }

  private static func wrong(_ path: String, _ cause: String) -> FileError {
    FileError(
      .malformed, file: path, cause: "the file was written, and read back \(cause)",
      fix: "do not use it, and report this with the model's name")
  }
}
