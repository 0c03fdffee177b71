import Models
import Tensors
import TestSupport
import Testing

/// Sequences that are computed together come out as each does alone.
@Suite struct SideBySideTests {
  private static let prompts = TinyModel.sequences([3, 1, 17, 5, 40, 8, 3, 22, 9], seed: 8)

  /// LongRoPE with other turns beyond 24 positions.
  private static var stretched: DecoderModel {
    var description = TinyModel.configuration()
    let pairs = description.sizes.head / 2
    description.positions = .rotary(
      base: 10_000, pairing: .halves,
      scaling: .longRoPE(
        RopeScaling.LongRoPE(
          short: [Float](repeating: 1, count: pairs), long: (0..<pairs).map { Float($0 + 2) },
          originalContext: 24, magnitude: 1.1)))
    return TinyModel.decoder(description)
  }

  private func replies(
    _ model: DecoderModel, _ adapter: Adapter?, _ compute: Compute, temperature: Float
  ) -> (together: [[Int32]], alone: [[Int32]]) {
    let generator = TextGenerator(model: model, adapter: adapter, compute: compute)
    let sampling = SamplingOptions(temperature: temperature, repetitionPenalty: 1.1)
    let requests = Self.prompts.enumerated().map { (tokens: $1, seed: UInt64($0)) }
    let together = generator.generate(
      prompts: requests, maxTokens: 24, stopTokens: [7, 8], sampling: sampling)
    let alone = requests.map {
      generator.generate(
        prompt: $0.tokens, maxTokens: 24, stopTokens: [7, 8], sampling: sampling, seed: $0.seed)
    }
    return (together.map(\.tokens), alone.map(\.tokens))
  }

  @Test(arguments: [WeightFormat.f32, .q8_0, .nf4, .int8], [Float(0), 1])
  func `replies side by side are those of each prompt alone`(
    format: WeightFormat, temperature: Float
  ) throws {
    for precision in [Precision.f32, .bf16] {
      let compute = Compute(threadCount: 2, precision: precision)
      let plain = TinyModel.decoder()
      let weights =
        format == .f32
        ? plain.weights
        : plain.weights.quantized(
          to: QuantizationScheme(format: format, block: 32, isDouble: format == .nf4),
          skipping: [], includesHead: true, with: compute
        ).weights
      let model = plain.with(weights)
      var lora = LoRAConfiguration(rank: 4)
      let adapter = TinyModel.adapter(lora, model: model.description)
      lora.tables = [.embedding, .head]
      let wide = TinyModel.adapter(lora, model: model.description)
      for adapter in [nil, adapter, wide] {
        let (together, alone) = replies(model, adapter, compute, temperature: temperature)
        #expect(together == alone)
        #expect(Set(together).count == Self.prompts.count)
      }
    }
  }

  @Test func `more prompts than are taken at a time all get their reply, in their order`() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let generator = TextGenerator(model: TinyModel.decoder(), adapter: nil, compute: compute)
    let prompts = TinyModel.sequences((0..<40).map { $0 % 7 + 1 }, seed: 4)
    var ends: [Int] = []
    var seen = [Int](repeating: 0, count: prompts.count)
    let results = generator.generate(
      prompts: prompts.map { ($0, 0) }, maxTokens: 6, stopTokens: [1, 2, 3, 4, 5],
      sampling: SamplingOptions(temperature: 0),
      onToken: { index, _ in
        seen[index] += 1
        return nil
      }, onEnd: { index, _ in ends.append(index) })
    #expect(results.count == prompts.count)
    #expect(ends.sorted() == Array(prompts.indices))
    #expect(results.map(\.tokens.count) == seen)
    for (prompt, result) in zip(prompts, results) {
      let alone = generator.generate(
        prompt: prompt, maxTokens: 6, stopTokens: [1, 2, 3, 4, 5],
        sampling: SamplingOptions(temperature: 0), seed: 0)
      #expect(result.tokens == alone.tokens && result.stopReason == alone.stopReason)
    }
  }

  @Test func `an interruption ends all replies and begins no other`() {
    let compute = Compute(threadCount: 1, precision: .f32)
    let generator = TextGenerator(model: TinyModel.decoder(), adapter: nil, compute: compute)
    let prompts = TinyModel.sequences([Int](repeating: 4, count: 40), seed: 5)
    var count = 0
    let results = generator.generate(
      prompts: prompts.map { ($0, 0) }, maxTokens: 50, stopTokens: [],
      sampling: SamplingOptions(temperature: 0),
      onToken: { _, _ in
        count += 1
        return count > 60 ? .interrupted : nil
      })
    #expect(results.count < prompts.count)
    #expect(results.allSatisfy { $0.stopReason == .interrupted && !$0.tokens.isEmpty })
  }

  @Test func `the turns of a sequence depend on its own length, not on its neighbours'`() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let model = Self.stretched
    let sequences = TinyModel.sequences([9, 40, 24, 25, 2])
    let together = model.score(TokenBatch(sequences: sequences), with: compute).loss
    let alone = sequences.reduce(0) {
      $0 + model.score(TokenBatch(sequences: [$1]), with: compute).loss
    }
    #expect(abs(together - alone) < 1e-5 * alone)
    let plain = TinyModel.decoder()
    let others = sequences.reduce(0) {
      $0 + plain.score(TokenBatch(sequences: [$1]), with: compute).loss
    }
    #expect(abs(others - alone) > 1e-3 * alone)
  }

  @Test func `gradients of a batch with longer and shorter sequences are the sum of each`() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let model = Self.stretched
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 2), model: model.description)
    func gradient(_ batches: [[[Int32]]]) -> [Float] {
      let gradient = AdapterVector(layout: adapter.parameters.layout)
      for batch in batches {
        _ = TrainingPass(model: model).run(
          TokenBatch(sequences: batch), adapter: AdapterUse(adapter, gradient: gradient), weight: 1,
          with: compute)
      }
      return (0..<gradient.count).map { gradient.values[$0] }
    }
    let sequences = TinyModel.sequences([9, 40])
    #expect(relativeError(gradient([sequences]), gradient(sequences.map { [$0] })) < 1e-5)
  }

  /// What was kept for a shorter sequence is turned anew, so that a reply goes on as the whole text would.
  @Test func `a reply that outgrows the first turns goes on as the whole text does`() throws {
    let compute = Compute(threadCount: 1, precision: .f32)
    let model = Self.stretched
    let generator = TextGenerator(model: model, adapter: nil, compute: compute)
    let greedy = SamplingOptions(temperature: 0)
    var text = TinyModel.sequences([20], seed: 6)[0]
    let reply = generator.generate(
      prompt: text, maxTokens: 12, stopTokens: [], sampling: greedy, seed: 0)
    for token in reply.tokens {
      let rows = model.logitRows(text, with: compute)
      #expect(Int32(try #require(rows.last?.likeliest)) == token)
      text.append(token)
    }
    let prefix = PrefixCache()
    for length in [20, 30, 22, 31] {
      let prompt = Array(text[..<length])
      let kept = generator.generate(
        prompt: prompt, maxTokens: 6, stopTokens: [], sampling: greedy, seed: 0, prefix: prefix)
      let fresh = generator.generate(
        prompt: prompt, maxTokens: 6, stopTokens: [], sampling: greedy, seed: 0)
      #expect(kept.tokens == fresh.tokens)
    }
  }
}
