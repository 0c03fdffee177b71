import Models
import Tensors
import TestSupport
import Testing

/// A bug of ours in what runs a model stops the process; it never gives a wrong number.
@Suite struct DecoderInvariantTests {
  @Test func `a backward pass without room for the adapter's gradient stops`() async {
    await #expect(processExitsWith: .exitCode(70)) {
      let model = TinyModel.decoder()
      let adapter = TinyModel.adapter(
        LoRAConfiguration(rank: 2, alpha: 4), model: model.description)
      _ = TrainingPass(model: model).run(
        TokenBatch(sequences: TinyModel.sequences([5])), adapter: AdapterUse(adapter), weight: 1,
        with: Compute(threadCount: 1))
    }
  }

  @Test func `a token that the model has no row for stops`() async {
    await #expect(processExitsWith: .exitCode(70)) {
      _ = TinyModel.decoder().score(
        TokenBatch(sequences: [[1, 99, 2]]), with: Compute(threadCount: 1))
    }
  }

  @Test func `a position behind the context stops`() async {
    await #expect(processExitsWith: .exitCode(70)) {
      _ = TinyModel.decoder().score(
        TokenBatch(sequences: TinyModel.sequences([257])), with: Compute(threadCount: 1))
    }
  }

  @Test func `more flags than tokens stop`() async {
    await #expect(processExitsWith: .exitCode(70)) {
      var batch = TokenBatch()
      batch.append([1, 2], trained: [true, true, true])
    }
  }
}
