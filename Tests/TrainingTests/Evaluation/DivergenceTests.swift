import Glibc
import Models
import Tensors
import TestSupport
import Testing
import Training

/// The Kullback-Leibler divergence of predictions, against its definition in Double.
struct DivergenceTests {
  private let compute = Compute(threadCount: 2, precision: .f32)
  private let model = TinyModel.decoder()
  private let tokens = TinyModel.sequences([12])[0]

  @Test func `the mean is that of Σ p·(ln p − ln q) over the places asked for`() {
    let other = TinyModel.decoder(seed: 9)
    let places = [0, 3, 4, 11]
    let found = Divergence(
      of: .init(other), from: .init(model), on: [(tokens, places)], with: compute)
    let (p, q) = (model.logitRows(tokens, with: compute), other.logitRows(tokens, with: compute))
    let wanted = places.map { divergence(p[$0], q[$0]) }.reduce(0, +) / Double(places.count)
    let largest = places.flatMap { place in zip(p[place], q[place]).map { abs($0 - $1) } }.max()
    #expect(wanted > 0.01)
    #expect(abs(found.mean - wanted) <= 1e-5 * wanted)
    #expect(found.largest == largest.map(Double.init))
    #expect(found.tokens == places.count)
  }

  @Test func `a model is no way from itself, and some way from itself with an adapter`() {
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 4), model: model.description)
    let sequences = [(tokens: tokens, places: Array(tokens.indices))]
    let none = Divergence(of: .init(model), from: .init(model), on: sequences, with: compute)
    let some = Divergence(
      of: .init(model, adapter), from: .init(model), on: sequences, with: compute)
    #expect(none.mean == 0 && none.largest == 0)
    #expect(some.mean > 0 && some.largest > 0)
  }

  @Test func `predictions that are no numbers give none`() {
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 4), model: model.description)
    adapter.parameters.fill(.nan)
    let found = Divergence(
      of: .init(model, adapter), from: .init(model), on: [(tokens, [0, 5])], with: compute)
    #expect(found.mean.isNaN && found.largest.isNaN)
  }

  private func divergence(_ p: [Float], _ q: [Float]) -> Double {
    let (p, q) = (logProbabilities(p), logProbabilities(q))
    return zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
  }

  private func logProbabilities(_ logits: [Float]) -> [Double] {
    let sum = logits.reduce(0) { $0 + exp(Double($1)) }
    return logits.map { Double($0) - log(sum) }
  }
}
