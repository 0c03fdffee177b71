import Models
import Tensors
import TestSupport
import Testing

@Suite struct DecoderTests {
  private let model = TinyModel.decoder()

  private func losses(_ sequences: [[Int32]], compute: Compute) -> Double {
    model.score(TokenBatch(sequences: sequences), with: compute).loss
  }

  @Test func packedExamplesDoNotSeeEachOther() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let sequences = TinyModel.sequences([9, 33, 2, 17])
    let together = losses(sequences, compute: compute)
    let apart = sequences.reduce(0) { $0 + losses([$1], compute: compute) }
    #expect(abs(together - apart) < 1e-4 * apart)
  }

  @Test(arguments: [[], [.embedding, .head]] as [Set<TokenTable>])
  func oneTokenAtATimeGivesTheLogitsOfTheWholePrompt(tables: Set<TokenTable>) {
    let compute = Compute(threadCount: 2, precision: .f32)
    var lora = LoRAConfiguration(rank: 4)
    lora.tables = tables
    let adapter = TinyModel.adapter(lora, model: model.description)
    let tokens = TinyModel.sequences([23])[0]
    let use = AdapterUse(adapter)
    let whole = model.logits(
      TokenBatch(sequences: [tokens]), rows: [22], adapter: use, with: compute)
    let vocabulary = model.description.sizes.vocabulary
    for chunk in [1, 5, 23] {
      let cache = KeyValueCache(sizes: model.description.sizes, capacity: 23)
      var logits: [Float] = []
      for start in stride(from: 0, to: 23, by: chunk) {
        logits = model.fed(
          Array(tokens[start..<min(23, start + chunk)]), cache: cache, adapter: use, with: compute)
      }
      for index in 0..<vocabulary {
        #expect(abs(logits[index] - whole.base[index]) < 1e-4 * max(1, abs(whole.base[index])))
      }
    }
  }

  @Test func resultsDoNotDependOnTheThreadCount() {
    let sequences = TinyModel.sequences([50, 31, 8])
    let losses = [1, 2, 3, 5].map {
      self.losses(sequences, compute: Compute(threadCount: $0, precision: .f32))
    }
    #expect(Set(losses).count == 1)
  }

  @Test func samplingIsRepeatableAndGreedyTakesTheLikeliest() {
    let compute = Compute(threadCount: 1, precision: .f32)
    let generator = TextGenerator(model: model, adapter: nil, compute: compute)
    func reply(_ temperature: Float, _ seed: UInt64) -> [Int32] {
      generator.generate(
        prompt: [1, 2, 3], maxTokens: 12, stopTokens: [],
        sampling: SamplingOptions(temperature: temperature, topK: 20, topP: 0.95), seed: seed
      ).tokens
    }
    #expect(reply(0, 1) == reply(0, 2))
    #expect(reply(1, 1) == reply(1, 1))
    #expect(Set([1, 2, 3, 4].map { reply(2, $0) }).count > 1)
    #expect(reply(0, 1).count == 12)
  }

  @Test func aFullContextEndsTheReply() {
    let compute = Compute(threadCount: 1, precision: .f32)
    let generator = TextGenerator(model: model, adapter: nil, compute: compute)
    let prompt = TinyModel.sequences([250])[0]
    let result = generator.generate(
      prompt: prompt, maxTokens: 100, stopTokens: [], sampling: SamplingOptions(), seed: 0)
    #expect(result.tokens.count == 6)
    #expect(result.stopReason == .context)
  }
}
