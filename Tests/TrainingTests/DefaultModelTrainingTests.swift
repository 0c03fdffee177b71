import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// The default model at work in both precisions. One test at a time: each takes all threads.
@Suite(.serialized) struct DefaultModelTrainingTests {
  /// transformers' perplexity by llama-perplexity's convention, on a text that Debian ships.
  @Test(
    .enabled(if: LicenceText.isThere, "the text comes with Debian"),
    arguments: [(Precision.f32, 1e-4), (.bf16, 6e-3)])
  func thePerplexityOfALongTextIsThatOfTransformers(
    precision: Precision, tolerance: Double
  ) throws {
    let loaded = try DefaultModel.load()
    let golden = try JSONValue(golden: "smollm2/expected.json").at("perplexity")
    let text = try String(contentsOfFile: LicenceText.path, encoding: .utf8)
    let evaluation = Evaluation(
      model: loaded.decoder, adapter: nil,
      compute: Compute(threadCount: 2, precision: precision))
    let window = try #require(try golden.at("window").int)
    let result = try #require(
      WindowPerplexity(evaluation: evaluation, context: window)
        .run(loaded.tokenizer.encode(text, parseSpecial: false)))
    #expect(result.tokens == (try golden.at("scored_tokens").int))
    #expect(relativeError(result.perplexity, try golden.at("perplexity").number()) < tolerance)
    #expect(
      relativeError(result.standardError, try golden.at("standard_error").number()) < 10 * tolerance
    )
  }

  /// The loss of ten rows that were held out, before and after eight steps on the expense notes.
  private func heldOutLosses(_ precision: Precision) throws -> (before: Double, after: Double) {
    let loaded = try DefaultModel.load()
    let data = try Dataset(
      reading: .file(path: References.tests + "/../examples/expenses/train.jsonl"),
      options: DatasetOptions(), text: loaded.text)
    let split = try DatasetSplit(of: data, valid: .rows(10), seed: 1)
    let compute = Compute(threadCount: 2, precision: precision)
    let adapter = Adapter(
      configuration: LoRAConfiguration(rank: 8, alpha: 16), model: loaded.decoder.description,
      seed: 1)
    func loss() -> Double {
      Evaluation(model: loaded.decoder, adapter: adapter, compute: compute)
        .run(split.valid.map { data.tokenized[$0] }).meanLoss
    }
    var configuration = TrainingConfiguration()
    configuration.length = .steps(8)
    configuration.learningRate = 1e-3
    configuration.batchSize = 4
    configuration.seed = 1
    let before = loss()
    let result = Trainer(model: loaded.decoder, configuration: configuration, compute: compute)
      .train(adapter, on: data, rows: split.train) { _ in .proceed }
    #expect(result.steps == 8)
    return (before, loss())
  }

  @Test func trainingInBothPrecisionsReachesTheSameHeldOutLoss() throws {
    let exact = try heldOutLosses(.f32)
    let rounded = try heldOutLosses(.bf16)
    #expect(exact.after < exact.before / 3)
    #expect(relativeError(rounded.before, exact.before) < 0.01)
    #expect(relativeError(rounded.after, exact.after) < 0.01)
  }
}
