import Synchronization
import Tensors

/// The start of an adapter on its data (EVA, arXiv 2410.07170), as PEFT finds it: A holds the directions along which
/// the inputs of a layer vary most, and layers in which more of the variance lies along them get more of the ranks.
package struct ExplainedVariance {
  /// Layers of a block that read the same.
  private struct Site {
    let layer: Int
    /// Those that get an adapter, in the order of files.
    let places: [ModulePlace]
    var components: PrincipalComponents
    /// Whether the directions that are taken no longer turn.
    var isSettled = false
  }

  /// The cosine between a direction and what it was a batch before from which on it counts as found.
  private static let settledSimilarity = 0.99

  private let plan: LoRAConfiguration
  private let model: DecoderModel
  /// The most that a layer may get of the rank that was planned for it.
  private let growth: Double
  private var sites: [Site] = []
  private var ranks: [ModulePlace: Int] = [:]

  /// - Parameters:
  ///   - plan: the ranks that are to be spread over its layers; no tables.
  ///   - growth: ρ, at least 1; 1 leaves the ranks as they are planned.
  package init(_ plan: LoRAConfiguration, of model: DecoderModel, growth: Double) {
    precondition(plan.tables.isEmpty && growth >= 1, "\(plan.tables), growth \(growth)")
    (self.plan, self.model, self.growth) = (plan, model, growth)
  }

  /// Whether all directions are found that are taken.
  package var isSettled: Bool { !sites.isEmpty && sites.allSatisfy(\.isSettled) }

  /// Whether there is a direction for each rank; false while batches were too small.
  package var hasDirections: Bool {
    !sites.isEmpty && sites.allSatisfy { $0.components.directions != nil }
  }

  /// The layers whose directions are found, and all.
  package var progress: (settled: Int, all: Int) {
    (sites.count { $0.isSettled }, sites.count)
  }

  /// Lets the model read a batch.
  ///
  /// - Parameter rows: of the tokens whose inputs count. Too few for a layer's directions are passed over, as in PEFT.
  /// - Returns: false where what a layer reads is not finite.
  package mutating func read(_ batch: TokenBatch, rows: [Int], with compute: Compute) -> Bool {
    guard !rows.isEmpty else { return true }
    if sites.isEmpty { findSites(batch, with: compute) }
    var isFinite = true
    model.forEachLayerInput(of: batch, rows: rows, with: compute) { layer, inputs in
      isFinite = isFinite && add(inputs, of: layer, with: compute)
    }
    guard isFinite, hasDirections else { return isFinite }
    ranks = distribution()
    for index in sites.indices {
      let taken = sites[index].places.map { ranks[$0] ?? 0 }.max() ?? 0
      let similarities = sites[index].components.similarities
      sites[index].isSettled =
        !similarities.isEmpty
        && similarities.prefix(taken).allSatisfy { $0 >= Self.settledSimilarity }
    }
    return true
  }

  /// Which layers read the same is seen by running them.
  private mutating func findSites(_ batch: TokenBatch, with compute: Compute) {
    var found: [Site] = []
    model.forEachLayerInput(of: batch, rows: [0], with: compute) { layer, inputs in
      for input in inputs {
        let places = input.roles.map { ModulePlace.block(layer, $0) }.filter(plan.includes)
        let most = places.map(mostRank).max()
        guard let most else { continue }
        found.append(
          Site(layer: layer, places: places, components: PrincipalComponents(count: most)))
      }
    }
    sites = found
  }

  private func mostRank(of place: ModulePlace) -> Int {
    let shape = model.description.shape(at: place)
    let grown = (Double(plan.rank(of: place)) * growth).rounded(.toNearestOrEven)
    return min(shape.inputs, shape.outputs, Int(min(grown, Double(shape.inputs))))
  }

  private mutating func add(
    _ inputs: [LayerInput], of layer: Int, with compute: Compute
  ) -> Bool {
    let wanted = sites.indices.filter { sites[$0].layer == layer && !sites[$0].isSettled }
    var tasks: [(site: Int, columns: ColumnMatrix)] = []
    for index in wanted {
      guard case .block(_, let role)? = sites[index].places.first,
        let input = inputs.first(where: { $0.roles.contains(role) }),
        input.columns.columns >= sites[index].components.count
      else { continue }
      tasks.append((index, input.columns))
    }
    let grown = Mutex(tasks.map { sites[$0.site].components })
    let isFinite = Atomic(true)
    let work = tasks
    compute.pool.run(work.count) { task, _ in
      var components = grown.withLock { $0[task] }
      if components.add(work[task].columns) {
        grown.withLock { [components] in $0[task] = components }
      } else {
        isFinite.store(false, ordering: .relaxed)
      }
    }
    let results = grown.withLock { $0 }
    for (task, components) in zip(work, results) { sites[task.site].components = components }
    return isFinite.load(ordering: .relaxed)
  }

  /// How many directions each layer gets of all that are planned: those with the largest shares of their layer's
  /// variance.
  private func distribution() -> [ModulePlace: Int] {
    // the first of layers that read the same come before the others, which decides between equal shares
    let firsts = sites.flatMap { site in site.places.prefix(1).map { ($0, site) } }
    let others = sites.flatMap { site in site.places.dropFirst().map { ($0, site) } }
    let candidates = (firsts + others).flatMap { place, site in
      site.components.varianceShares.prefix(mostRank(of: place)).map { (place: place, share: $0) }
    }
    let budget = (firsts + others).reduce(0) { $0 + plan.rank(of: $1.0) }
    let order = candidates.indices.sorted {
      (candidates[$1].share, $0) < (candidates[$0].share, $1)
    }
    var counts: [ModulePlace: Int] = [:]
    for index in order.prefix(budget) { counts[candidates[index].place, default: 0] += 1 }
    for (place, site) in others {
      guard let first = site.places.first else { continue }
      let (own, largest) = (counts[place] ?? 0, counts[first] ?? 0)
      if own > largest { (counts[place], counts[first]) = (largest, own) }
    }
    return counts
  }

  /// The plan with the ranks spread; scales stay, and layers without a rank get no adapter.
  package var configuration: LoRAConfiguration {
    var result = plan
    (result.ranks, result.alphas) = ([:], [:])
    result.choose(Set(ranks.filter { $0.value > 0 }.keys), of: model.description)
    for (place, rank) in ranks where rank > 0 {
      result.ranks[place] = rank == plan.rank ? nil : rank
      let alpha = plan.alpha(of: place) * Double(rank) / Double(plan.rank(of: place))
      result.alphas[place] = alpha == plan.alpha ? nil : alpha
    }
    return result
  }

  /// Writes the directions into A.
  ///
  /// - Parameter adapter: of `configuration`, all zero.
  package func fill(_ adapter: Adapter) {
    for site in sites {
      guard let directions = site.components.directions else { continue }
      for place in site.places {
        guard let entry = adapter.parameters.layout.entry(at: place) else { continue }
        let pair = adapter.parameters.pair(entry)
        for row in 0..<entry.rank {
          for column in 0..<entry.inputs {
            unsafe pair.a.row(row)[column] = Float(directions[column, row])
          }
        }
      }
    }
  }
}
