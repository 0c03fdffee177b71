import Models
import Tensors
import TestSupport
import Testing

/// A bug of ours stops the process with its numbers; it never gives a wrong number.
@Suite struct InvariantTests {
  @Test func `a product of shapes that do not fit stops`() async {
    await #expect(processExitsWith: .failure) {
      let compute = Compute(threadCount: 1)
      let (a, w) = (compute.arena.matrix(2, 3), compute.arena.matrix(4, 5))
      a.fill(1)
      w.fill(1)
      compute.multiply(
        compute.pack(a), w.operand, .columnsOfMatrix, into: compute.arena.matrix(2, 4))
    }
  }

  @Test func `rows that a matrix does not have stop`() async {
    await #expect(processExitsWith: .failure) {
      _ = Arena().matrix(2, 3).rows(1..<3)
    }
  }

  @Test func `a backward pass without room for the adapter's gradient stops`() async {
    await #expect(processExitsWith: .failure) {
      let model = TinyModel.decoder()
      let adapter = TinyModel.adapter(
        LoRAConfiguration(rank: 2, alpha: 4), model: model.configuration)
      _ = TrainingPass(model: model).run(
        TokenBatch(sequences: TinyModel.sequences([5])), adapter: AdapterUse(adapter), weight: 1,
        with: Compute(threadCount: 1))
    }
  }

  @Test func `a token that the model has no row for stops`() async {
    await #expect(processExitsWith: .failure) {
      _ = TinyModel.decoder().score(
        TokenBatch(sequences: [[1, 99, 2]]), with: Compute(threadCount: 1))
    }
  }

  @Test func `a position behind the context stops`() async {
    await #expect(processExitsWith: .failure) {
      _ = TinyModel.decoder().score(
        TokenBatch(sequences: TinyModel.sequences([257])), with: Compute(threadCount: 1))
    }
  }

  @Test func `more flags than tokens stop`() async {
    await #expect(processExitsWith: .failure) {
      var batch = TokenBatch()
      batch.append([1, 2], trained: [true, true, true])
    }
  }
}
