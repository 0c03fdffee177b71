import Glibc
import Models
import Tensors
import Testing
import TestSupport
import Training

/// A model of two tokens whose blocks add nothing, so that probabilities can be worked out by hand:
/// after token 0 comes 0 with 3/4 and 1 with 1/4; after token 1 both with 1/2.
@Suite struct WindowPerplexityTests {
  private let compute = Compute(threadCount: 2, precision: .f32)
  private let model: DecoderModel

  init() {
    let description = DecoderDescription(
      family: .llama,
      sizes: DecoderSizes(
        hidden: 2, layers: 1, heads: 1, keyValueHeads: 1, head: 2, intermediate: 2, vocabulary: 2,
        context: 32),
      normEpsilon: 1e-12, positions: .rotary(base: 10_000, pairing: .halves, scaling: .none),
      tiesHead: false)
    let norm = Norm(.rms, weight: [1, 1], epsilon: 1e-12)
    let zero = Self.matrix([0, 0, 0, 0])
    let block = FrozenWeights.Block(
      norms: BlockNorms(attention: norm, feedForward: norm),
      linears: description.linears.map { ($0.role, FrozenWeights.Linear(weight: zero)) })
    // The norm makes (1, 0) into (√2, 0); the head takes that back.
    model = DecoderModel(
      description: description,
      weights: FrozenWeights(
        embedding: Self.matrix([1, 0, 0, 1]), blocks: [block], finalNorm: norm,
        head: Self.matrix([log(3) / Float(2).squareRoot(), 0, 0, 0])))
  }

  private static func matrix(_ values: [Float]) -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: 16)
    buffer.bound(to: Float.self).update(from: values, count: 4)
    return FrozenMatrix(
      format: .f32, rows: 2, columns: 2, data: buffer.base, rowByteCount: 8, owners: [buffer])
  }

  private func perplexity(_ tokens: [Int32], context: Int) -> WindowPerplexity.Result? {
    WindowPerplexity(
      evaluation: Evaluation(model: model, adapter: nil, compute: compute), context: context
    ).run(tokens)
  }

  /// As llama-perplexity puts the begin token into each window.
  @Test func eachWindowStartsWithTheTokenThatTextsBeginWith() {
    func window(begin: Int32?) -> [Int32] {
      WindowPerplexity(
        evaluation: Evaluation(model: model, adapter: nil, compute: compute), context: 4,
        begin: begin
      ).window(1, of: [0, 1, 0, 0, 0, 1, 0, 1, 1])
    }
    #expect(window(begin: nil) == [0, 1, 0, 1])
    #expect(window(begin: 1) == [1, 1, 0, 1])
  }

  /// Windows of four tokens score their last one: 3/4, 1/4 and 1/2.
  @Test func theSecondHalfOfEachWindowIsScored() throws {
    let result = try #require(
      perplexity([0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1], context: 4))
    #expect(result.windows == 3)
    #expect(result.tokens == 3)
    #expect(abs(result.perplexity - pow(32.0 / 3, 1.0 / 3)) < 1e-5)
    let losses = [log(4.0 / 3), log(4.0), log(2.0)]
    let mean = losses.reduce(0, +) / 3
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
    #expect(abs(result.standardError - result.perplexity * (variance / 2).squareRoot()) < 1e-5)
  }

  /// llama-perplexity scores context/2 − 1 tokens a window: of eight, those at places 5, 6 and 7.
  @Test func aWindowScoresHalfItsTokensLessOne() throws {
    let result = try #require(perplexity([0, 0, 0, 0, 0, 0, 1, 1, 0], context: 8))
    #expect(result.tokens == 3)
    #expect(abs(result.perplexity - pow(4.0 / 3 * 4 * 2, 1.0 / 3)) < 1e-5)
  }

  @Test func aTextShorterThanAWindowHasNone() {
    #expect(perplexity([0, 1, 0], context: 4) == nil)
    #expect(perplexity([], context: 4) == nil)
    #expect(perplexity([0, 1, 0, 1], context: 3) == nil)
  }

  @Test func evaluationCountsLossesAndHits() {
    let examples = [
      TokenizedExample(tokens: [0, 0, 1, 0], trained: [false, true, true, false], line: 1),
      TokenizedExample(tokens: [1, 1], trained: [false, true], line: 2),
    ]
    let score = Evaluation(model: model, adapter: nil, compute: compute).run(examples)
    #expect(score.tokens == 3)
    #expect(abs(score.meanLoss - (log(4.0 / 3) + log(4.0) + log(2.0)) / 3) < 1e-6)
    // After 0 the likeliest is 0; after 1 both are equally likely.
    #expect(score.correct == 2)
  }
}
