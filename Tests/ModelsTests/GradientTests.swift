import Models
import Tensors
import TestSupport
import Testing

/// Gradients against central differences of the loss along random directions, one module at a time.
@Suite struct GradientTests {
  /// Relative difference between gradient · direction and the slope of the loss along it.
  private func directionalError(
    model: DecoderModel, adapter: Adapter, batch: TokenBatch, pass: TrainingPass,
    entry: AdapterLayout.Entry, onlyLengths: Bool = false, dropoutSeed: UInt64? = nil,
    compute: Compute
  ) -> Double {
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    func use(_ gradient: AdapterVector) -> AdapterUse {
      AdapterUse(adapter, gradient: gradient, dropoutSeed: dropoutSeed)
    }
    _ = pass.run(batch, adapter: use(gradient), weight: 1, with: compute)
    var random = RandomGenerator(seed: 9, stream: "direction", index: UInt64(entry.offset))
    let count = onlyLengths ? entry.outputs : entry.count
    let offset = entry.offset + entry.count - count
    let direction = (0..<count).map { _ in random.normal() }
    let start = adapter.parameters.values + offset
    let original = Array(UnsafeBufferPointer(start: start, count: count))
    func loss(_ step: Float) -> Double {
      for index in 0..<count { start[index] = original[index] + step * direction[index] }
      defer { for index in 0..<count { start[index] = original[index] } }
      let scratch = AdapterVector(layout: adapter.parameters.layout)
      return pass.run(batch, adapter: use(scratch), weight: 1, with: compute).loss
    }
    // The five-point rule: its error is of fourth order, so that the step can stay well above the
    // rounding of the loss.
    let step: Float = entry.isSaved && entry.place.table != nil ? 1e-3 : 4e-3
    let numeric =
      (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * Double(step))
    let exact = (0..<count).reduce(0.0) {
      $0 + Double(gradient.values[offset + $1]) * Double(direction[$1])
    }
    return abs(numeric - exact) / max(abs(numeric), 1)
  }

  @Test(arguments: [RotaryEmbedding.Pairing.halves, .adjacent], [false, true])
  func everyModulesGradientMatchesFiniteDifferences(
    pairing: RotaryEmbedding.Pairing, recomputes: Bool
  ) {
    let compute = Compute(threadCount: 2, precision: .f32)
    let configuration = TinyModel.configuration(pairing: pairing)
    let model = TinyModel.decoder(configuration)
    let adapter = TinyModel.adapter(
      LoRAConfiguration(rank: 4, alpha: 8), model: configuration)
    let batch = TokenBatch(sequences: TinyModel.sequences([11, 1, 29, 6]))
    let pass = TrainingPass(model: model, recomputes: recomputes)
    for entry in adapter.parameters.layout.entries {
      let error = directionalError(
        model: model, adapter: adapter, batch: batch, pass: pass, entry: entry, compute: compute)
      #expect(error < 3e-3, "\(entry.place): \(error)")
    }
  }

  @Test func gradientsThroughQuantizedWeightsAndDropoutMatchFiniteDifferences() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let configuration = TinyModel.configuration(tiesHead: true)
    var model = TinyModel.decoder(configuration)
    let (weights, _) = model.weights.quantized(
      to: QuantizationScheme(format: .nf4), skipping: [], includesHead: false, with: compute)
    model = model.with(weights)
    let adapter = TinyModel.adapter(
      LoRAConfiguration(rank: 3, alpha: 6, dropout: 0.3, isRankStabilized: true),
      model: configuration)
    let batch = TokenBatch(sequences: TinyModel.sequences([40, 13]))
    for entry in adapter.parameters.layout.entries {
      let error = directionalError(
        model: model, adapter: adapter, batch: batch, pass: TrainingPass(model: model),
        entry: entry, dropoutSeed: 5, compute: compute)
      #expect(error < 3e-3, "\(entry.place): \(error)")
    }
  }

  /// An embedding with a norm behind it, and with a factor; a head with a bias and with a cap.
  @Test(arguments: ["bloom", "gemma", "phi", "gemma2"], [0.0, 0.3] as [Float])
  func `gradients of tables match finite differences in families that do more with them`(
    family: String, dropout: Float
  ) throws {
    let compute = Compute(threadCount: 2, precision: .f32)
    let model = try LoadedModel(path: References.path("families/\(family)/hf")).decoder
    var lora = LoRAConfiguration(rank: 3, alpha: 6, dropout: dropout)
    lora.choose(
      [.table(.embedding), .block(1, model.description.linears[0].role), .table(.head)],
      of: model.description)
    let adapter = TinyModel.adapter(lora, model: model.description)
    let batch = TokenBatch(
      sequences: TinyModel.sequences([11, 6], vocabulary: model.description.sizes.vocabulary))
    for recomputes in [false, true] {
      for entry in adapter.parameters.layout.entries {
        let error = directionalError(
          model: model, adapter: adapter, batch: batch,
          pass: TrainingPass(model: model, recomputes: recomputes), entry: entry,
          dropoutSeed: 5, compute: compute)
        #expect(error < 3e-3, "\(entry.place): \(error)")
      }
    }
  }

  /// Norms of every kind and place, and every linear layer and table itself: LayerNorm and RMS, before, after and
  /// shared by sublayers, of heads, behind the embedding; matrices that are fused or kept transposed.
  @Test(
    arguments: ["bloom", "gemma3", "gpt2", "olmo2", "cohere-heads", "phi", "gpt_neox"],
    [false, true])
  func `gradients of modules that are trained themselves match finite differences`(
    family: String, recomputes: Bool
  ) throws {
    let compute = Compute(threadCount: 2, precision: .f32)
    let model = try LoadedModel(path: References.path("families/\(family)/hf")).decoder
    let description = model.description
    var lora = LoRAConfiguration(rank: 2, targets: [], layers: [1])
    lora.biases = .all
    for name in description.savedNames {
      lora.saved.formUnion(description.savedModules(named: name))
    }
    let adapter = Adapter(configuration: lora, model: description, seed: 1)
    adapter.takeValues(of: model.weights)
    let batch = TokenBatch(
      sequences: TinyModel.sequences([11, 6], vocabulary: description.sizes.vocabulary))
    for entry in adapter.parameters.layout.entries {
      let error = directionalError(
        model: model, adapter: adapter, batch: batch,
        pass: TrainingPass(model: model, recomputes: recomputes), entry: entry, compute: compute)
      #expect(error < 3e-3, "\(entry.place): \(error)")
    }
  }

  /// Norms count as constants in the gradients of A and B, so that only those of lengths are slopes of the
  /// loss; what reaches the lower block has passed the upper one's layers backwards.
  @Test(arguments: [false, true])
  func `gradients of lengths match finite differences, with dropout as well`(recomputes: Bool) {
    let compute = Compute(threadCount: 2, precision: .f32)
    let configuration = TinyModel.configuration()
    var lora = LoRAConfiguration(rank: 3, alpha: 6, dropout: 0.3)
    lora.isWeightDecomposed = true
    let model = TinyModel.decoder(configuration)
    let adapter = TinyModel.adapter(lora, model: configuration)
    adapter.takeLengths(of: model.weights, with: compute)
    let batch = TokenBatch(sequences: TinyModel.sequences([11, 1, 29, 6]))
    for seed in [nil, 5] as [UInt64?] {
      for entry in adapter.parameters.layout.entries {
        let error = directionalError(
          model: model, adapter: adapter, batch: batch,
          pass: TrainingPass(model: model, recomputes: recomputes), entry: entry,
          onlyLengths: true, dropoutSeed: seed, compute: compute)
        #expect(error < 3e-3, "\(entry.place): \(error)")
      }
    }
  }

  @Test(arguments: [(0.3, 0.0), (0, 1)] as [(Float, Double)])
  func `gradients with smoothed labels or noise match finite differences`(
    smoothing: Float, noise: Double
  ) {
    let compute = Compute(threadCount: 2, precision: .f32)
    let configuration = TinyModel.configuration()
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 4, alpha: 8), model: configuration)
    var pass = TrainingPass(model: TinyModel.decoder(configuration))
    pass.smoothing = smoothing
    pass.noise = noise
    let batch = TokenBatch(sequences: TinyModel.sequences([11, 1, 29, 6]))
    for entry in adapter.parameters.layout.entries {
      let error = directionalError(
        model: pass.model, adapter: adapter, batch: batch, pass: pass, entry: entry,
        dropoutSeed: 5, compute: compute)
      #expect(error < 3e-3, "\(entry.place): \(error)")
    }
  }

  private func loss(
    smoothing: Float = 0, noise: Double = 0, seed: UInt64? = 3, _ batch: TokenBatch
  ) -> Double {
    let configuration = TinyModel.configuration()
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 4), model: configuration)
    var pass = TrainingPass(model: TinyModel.decoder(configuration))
    pass.smoothing = smoothing
    pass.noise = noise
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    return pass.run(
      batch, adapter: AdapterUse(adapter, gradient: gradient, dropoutSeed: seed), weight: 1,
      with: Compute(threadCount: 2, precision: .f32)
    ).loss
  }

  /// As transformers' LabelSmoother: (1 − ε) of the target's loss and ε of the mean over all tokens.
  @Test func `smoothing mixes the target's loss with that of every token`() {
    let tokens: [Int32] = [5, 9, 40, 7]
    func batch(_ last: Int32) -> TokenBatch {
      var batch = TokenBatch()
      batch.append(tokens + [last], trained: [false, false, false, false, true])
      return batch
    }
    let all = (0..<99).map { loss(batch($0)) }
    let expected = 0.7 * all[12] + 0.3 * all.reduce(0, +) / 99
    #expect(abs(loss(smoothing: 0.3, batch(12)) - expected) < 1e-5)
  }

  @Test func `noise grows with alpha, and differs by the seed of the step`() {
    let batch = TokenBatch(sequences: TinyModel.sequences([11, 23]))
    let still = loss(batch)
    let losses = [1.0, 5, 50].map { loss(noise: $0, batch) }
    #expect(loss(noise: 5, seed: nil, batch) == still, "no seed, no noise")
    #expect(losses[1] != loss(noise: 5, seed: 4, batch))
    #expect(losses[1] == loss(noise: 5, batch))
    let distances = losses.map { abs($0 - still) }
    #expect(distances[0] < distances[2] && distances.allSatisfy { $0 > 0 })
  }

  @Test func recomputedBlocksGiveTheSameGradientBits() {
    let compute = Compute(threadCount: 2, precision: .f32)
    let configuration = TinyModel.configuration()
    let model = TinyModel.decoder(configuration)
    let adapter = TinyModel.adapter(LoRAConfiguration(rank: 4), model: configuration)
    let batch = TokenBatch(sequences: TinyModel.sequences([21, 30]))
    let gradients = [false, true].map { recomputes in
      let gradient = AdapterVector(layout: adapter.parameters.layout)
      _ = TrainingPass(model: model, recomputes: recomputes).run(
        batch, adapter: AdapterUse(adapter, gradient: gradient), weight: 1, with: compute)
      return Array(UnsafeBufferPointer(start: gradient.values, count: gradient.count))
    }
    #expect(gradients[0] == gradients[1])
    #expect(gradients[0].contains { $0 != 0 })
  }

  @Test func blocksBelowTheLowestAdapterDoNotChangeTheGradientAbove() {
    let compute = Compute(threadCount: 1, precision: .f32)
    let configuration = TinyModel.configuration(layers: 3)
    let model = TinyModel.decoder(configuration)
    let full = TinyModel.adapter(LoRAConfiguration(rank: 2), model: configuration)
    let top = Adapter(
      configuration: LoRAConfiguration(rank: 2, layers: [2]), model: configuration, seed: 1)
    for entry in top.parameters.layout.entries {
      guard let source = full.parameters.pair(at: entry.place) else { continue }
      top.parameters.pair(entry).a.copy(from: source.a)
      top.parameters.pair(entry).bTransposed.copy(from: source.bTransposed)
    }
    for entry in full.parameters.layout.entries where (entry.layer ?? 0) < 2 {
      full.parameters.pair(entry).bTransposed.fill(0)
    }
    let batch = TokenBatch(sequences: TinyModel.sequences([17]))
    func gradient(_ adapter: Adapter) -> AdapterVector {
      let gradient = AdapterVector(layout: adapter.parameters.layout)
      _ = TrainingPass(model: model).run(
        batch, adapter: AdapterUse(adapter, gradient: gradient), weight: 1, with: compute)
      return gradient
    }
    let (all, some) = (gradient(full), gradient(top))
    for entry in some.layout.entries {
      guard let left = all.pair(at: entry.place) else { continue }
      let right = some.pair(entry)
      for index in 0..<right.a.count { #expect(left.a.base[index] == right.a.base[index]) }
    }
  }
}
