import Tensors

/// One forward and backward pass through a frozen model with a trainable adapter.
package struct TrainingPass {
  package let model: DecoderModel
  /// Whether blocks keep only their input and are computed again in the backward pass: about a quarter
  /// more work for a fraction of the memory.
  package let recomputes: Bool
  /// ε of label smoothing.
  package var smoothing: Float = 0
  /// Alpha of the noise on embeddings (NEFTune); 0 for none. It follows the seed of dropout.
  package var noise = 0.0
  /// Asked between blocks; once it is true the pass ends early, and its gradient is of no use.
  package var isAborted: () -> Bool = { false }

  package init(model: DecoderModel, recomputes: Bool = false) {
    self.model = model
    self.recomputes = recomputes
  }

  /// Adds `weight` · d(sum of losses)/d(adapter) to the adapter's gradient; returns the losses.
  package func run(
    _ batch: TokenBatch, adapter: AdapterUse, weight: Float, with compute: Compute
  ) -> CrossEntropy.Score {
    guard !batch.scored.isEmpty else { return CrossEntropy.Score() }
    return compute.arena.scoped {
      let layout = adapter.adapter.parameters.layout
      let (lowest, reachesEmbedding) = (layout.lowestLayer, layout.adaptsEmbedding)
      let noise = noise(adapter, batch)
      let x = model.embed(
        batch.tokens, positions: batch.positions, noise: noise, adapter: adapter, with: compute)
      var saved: [Int: SavedBlock] = [:]
      // whole floats, so that what is computed again is what was computed
      var inputs: [Int: Matrix] = [:]
      for layer in model.weights.blocks.indices {
        if isAborted() { return CrossEntropy.Score() }
        if layer >= lowest {
          if recomputes {
            let input = compute.arena.matrix(x.rows, x.columns)
            input.copy(from: x)
            inputs[layer] = input
          } else {
            saved[layer] = savedBlock(layer, batch, adapter, compute)
          }
        }
        model.forward(
          layer: layer, x, batch: batch, adapter: adapter, saved: saved[layer], with: compute)
      }
      let score = headBackward(x, batch: batch, adapter, weight: weight, with: compute)
      for layer in model.weights.blocks.indices.reversed() where layer >= lowest {
        if isAborted() { break }
        compute.arena.scoped {
          let block =
            saved[layer] ?? recompute(layer, inputs[layer], batch, adapter, compute)
          backward(
            layer, dx: x, batch, adapter, block, reachesInput: layer > lowest || reachesEmbedding,
            with: compute)
        }
      }
      if reachesEmbedding, !isAborted() {
        model.embedBackward(x, batch, noise: noise, adapter: adapter, with: compute)
      }
      return score
    }
  }

  private func noise(_ adapter: AdapterUse, _ batch: TokenBatch) -> EmbeddingNoise? {
    guard noise > 0, let seed = adapter.dropoutSeed else { return nil }
    return EmbeddingNoise(alpha: noise, seed: seed, sequences: batch.sequences)
  }

  private func savedBlock(
    _ layer: Int, _ batch: TokenBatch, _ adapter: AdapterUse, _ compute: Compute
  ) -> SavedBlock {
    SavedBlock(
      tokens: batch.tokens.count, layer: layer, model: model.description,
      layout: adapter.adapter.parameters.layout, in: compute)
  }

  private func recompute(
    _ layer: Int, _ input: Matrix?, _ batch: TokenBatch, _ adapter: AdapterUse,
    _ compute: Compute
  ) -> SavedBlock {
    guard let input else { preconditionFailure("the input of layer \(layer) was not kept") }
    let block = savedBlock(layer, batch, adapter, compute)
    compute.arena.scoped {
      let x = compute.arena.matrix(batch.tokens.count, model.description.sizes.hidden)
      x.copy(from: input)
      model.forward(
        layer: layer, x, batch: batch, adapter: adapter, saved: block, needsOutput: false,
        with: compute)
    }
    return block
  }

  /// Scores the batch and turns `x` from the last block's output into its gradient.
  private func headBackward(
    _ x: Matrix, batch: TokenBatch, _ adapter: AdapterUse, weight: Float, with compute: Compute
  ) -> CrossEntropy.Score {
    compute.arena.scoped {
      let gathered = compute.gather(x, rows: batch.scored)
      let input = model.headInput(gathered, adapter: adapter, with: compute)
      let dInput = compute.arena.matrix(input.rows, input.columns)
      let score = OutputHead(model: model, adapter: adapter, compute: compute).score(
        input, targets: batch.targets, smoothing: smoothing, gradient: dInput, weight: weight)
      let dGathered = model.headInputBackward(
        gathered, dInput: dInput, adapter: adapter, with: compute)
      x.fill(0)
      for (index, row) in batch.scored.enumerated() {
        unsafe x.row(row).update(from: dGathered.row(index), count: x.columns)
      }
      return score
    }
  }

  private func backward(
    _ layer: Int, dx: Matrix, _ batch: TokenBatch, _ adapter: AdapterUse, _ saved: SavedBlock,
    reachesInput: Bool, with compute: Compute
  ) {
    let block = model.sublayers(layer, adapter, compute)
    compute.arena.scoped {
      let dOutput = model.description.isParallel ? compute.copy(of: dx) : dx
      block.feedForward.backward(dx, saved: saved)
      block.attention.backward(
        dOutput, into: dx, positions: batch.positions, sequences: batch.sequences, saved: saved,
        reachesInput: reachesInput)
    }
  }
}
