import Models
import RecipeLanguage
import Tensors

/// `inspect adapter`: what training has changed.
extension Session {
  func inspectAdapter(_ call: VerbCall, _ model: ModelInUse) throws(VerbFailure) -> Record {
    guard let current = state.adapter else {
      throw VerbFailure(
        "E0401", "there is no adapter to look at", argument: Inspect.subject, help: "lora rank: 8")
    }
    let layout = current.adapter.parameters.layout
    let layer = try layer(call, of: layout, model)
    let modules = try directions(of: current.adapter, model)
    var record = Record([("subject", .word(Inspect.adapter)), ("name", .string(current.name))])
    for field in summary(of: current.adapter, in: model).fields { record[field.name] = field.value }
    record["targets"] = .list(
      model.decoder.description.targetNames(of: current.adapter.configuration).map { .word($0) })
    record["steps"] = .int(current.steps)
    if current.adapter.configuration.isWeightDecomposed {
      notice("norms and directions are those of B·A; the lengths that DoRA learns are not in them")
    }
    if current.adapter.configuration.biases != .none {
      notice("what trained biases changed by is not among the norms and directions")
    }
    let configuration = current.adapter.configuration
    let saved = model.decoder.description.names(
      ofSaved: configuration.saved.union(configuration.tokens.keys.map { .table($0) }))
    if !saved.isEmpty {
      notice(
        "what was trained of \(saved.joined(separator: ", ")) itself is not among the norms and directions"
      )
    }
    record["update_norms"] = .record(updateNorms(modules, model.decoder.description))
    record["modules"] = .table(Table(rows: modules.map(\.row), heading: "module"))
    if let name = call[Inspect.against] {
      let other = try adapter(named: name, Inspect.against)
      record["similarity"] = .table(
        try similarity(
          modules, to: directions(of: other.adapter, model), of: layer, named: name))
    }
    if modules.contains(where: { $0.decomposition.norm > 0 }) {
      if layer != nil {
        onEvent(.figure(normMap(modules, model.decoder.description), goesWithValue: false))
      }
      onEvent(.figure(spectrum(modules, of: layer), goesWithValue: false))
    } else {
      notice("nothing is changed yet: ΔW is 0 in every layer, up to rounding")
    }
    return record
  }

  /// The block whose singular values are drawn; nil where the adapter stands beside none.
  private func layer(
    _ call: VerbCall, of layout: AdapterLayout, _ model: ModelInUse
  ) throws(VerbFailure) -> Int? {
    let adapted = layout.entries.filter(\.hasPair).compactMap(\.layer)
    guard call.has(Inspect.layer) else { return adapted.first }
    let layer = call[Inspect.layer]
    try requireBlock(layer, of: model)
    guard adapted.contains(layer) else {
      throw VerbFailure(
        "E0407", "the adapter has nothing in block \(layer)", argument: Inspect.layer,
        help: adapted.first.map { "its first block is \($0)" } ?? "it stands beside no block")
    }
    return layer
  }

  /// ΔW of each layer that has an adapter, in the adapter's order.
  private func directions(
    of adapter: Adapter, _ model: ModelInUse
  ) throws(VerbFailure) -> [AdaptedModule] {
    let description = model.decoder.description
    var modules: [AdaptedModule] = []
    for entry in adapter.parameters.layout.entries where entry.hasPair {
      if isInterrupted() {
        throw VerbFailure(
          "E0901", "`\(Inspect.name)` was interrupted, so it has no result", kind: .interrupted)
      }
      guard let decomposition = adapter.decomposition(entry) else {
        throw VerbFailure(
          "E0410", "the adapter holds values that are no finite numbers",
          argument: Inspect.subject, help: "train it again with a smaller lr")
      }
      // Of an embedding the matrix lies the other way, and tokens are no directions that it could strengthen.
      let weight = entry.place == .table(.embedding) ? nil : model.decoder.weights[entry.place]
      modules.append(
        AdaptedModule(
          entry: entry, name: description.name(of: entry.place), decomposition: decomposition,
          amplification: weight.flatMap {
            decomposition.amplification(of: $0.weight, with: model.compute)
          }))
    }
    return modules
  }

  /// The Frobenius norm of each module's ΔW over all blocks: what training has changed.
  private func updateNorms(_ modules: [AdaptedModule], _ model: DecoderDescription) -> Record {
    var squares: [String: Double] = [:]
    for module in modules {
      squares[module.name, default: 0] += module.decomposition.norm * module.decomposition.norm
    }
    return Record(
      model.targetNames.compactMap { name in
        squares[name].map { (name, .float($0.squareRoot())) }
      })
  }

  private func normMap(_ modules: [AdaptedModule], _ model: DecoderDescription) -> Figure {
    var names: [String] = []
    for module in modules where module.entry.layer != nil && !names.contains(module.name) {
      names.append(module.name)
    }
    let layers = Set(modules.compactMap(\.entry.layer)).sorted()
    let values = names.map { name in
      layers.map { layer in
        modules.first { $0.name == name && $0.entry.layer == layer }?.decomposition.norm
      }
    }
    return Figure(
      title: "norm of ΔW, by module and block", x: "decoder block", y: "norm of ΔW",
      heatMap: Figure.HeatMap(columns: layers.map(String.init), rows: names, values: values))
  }

  private func spectrum(_ modules: [AdaptedModule], of layer: Int?) -> Figure {
    let series = modules.filter { $0.entry.layer == layer }.map { module in
      Figure.Series(
        module.name, .line,
        module.decomposition.values.enumerated().map {
          Figure.Point(x: Double($0 + 1), y: $1)
        })
    }
    return Figure(
      title: "singular values of ΔW, " + (layer.map { "block \($0)" } ?? "beside the blocks"),
      x: "direction", y: "singular value",
      series: series)
  }
}

/// A layer with what the adapter adds to it.
struct AdaptedModule {
  let entry: AdapterLayout.Entry
  let name: String
  let decomposition: LowRankDecomposition
  let amplification: Double?

  var label: String { entry.layer.map { "\($0) \(name)" } ?? name }

  var row: Table.Row {
    Table.Row(
      label: label,
      record: Record([
        ("norm", .float(decomposition.norm)),
        ("effective_rank", .float(decomposition.effectiveRank)),
        ("first_direction", .percent(decomposition.share(ofFirst: 1))),
        ("amplification", amplification.map { .float($0) } ?? .none),
      ]))
  }
}
