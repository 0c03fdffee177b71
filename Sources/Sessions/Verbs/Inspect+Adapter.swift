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
    let layer = call.has(Inspect.layer) ? call[Inspect.layer] : layout.lowestLayer
    try requireBlock(layer, of: model)
    guard layout.entries.contains(where: { $0.layer == layer }) else {
      throw VerbFailure(
        "E0407", "the adapter has nothing in block \(layer)", argument: Inspect.layer,
        help: "its first block is \(layout.lowestLayer)")
    }
    let modules = try directions(of: current.adapter, model)
    var record = Record([("subject", .word(Inspect.adapter)), ("name", .string(current.name))])
    for field in summary(of: current.adapter, in: model).fields { record[field.name] = field.value }
    record["targets"] = .list(
      model.decoder.description.names(of: current.adapter.configuration.targets).map { .word($0) })
    record["steps"] = .int(current.steps)
    if current.adapter.configuration.isWeightDecomposed {
      notice("norms and directions are those of B·A; the lengths that DoRA learns are not in them")
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
      onEvent(.figure(normMap(modules, model.decoder.description), goesWithValue: false))
      onEvent(.figure(spectrum(modules, of: layer), goesWithValue: false))
    } else {
      notice("nothing is changed yet: ΔW is 0 in every layer, up to rounding")
    }
    return record
  }

  /// ΔW of each layer that has an adapter, in the adapter's order.
  private func directions(
    of adapter: Adapter, _ model: ModelInUse
  ) throws(VerbFailure) -> [AdaptedModule] {
    let description = model.decoder.description
    var modules: [AdaptedModule] = []
    for entry in adapter.parameters.layout.entries {
      if isInterrupted() {
        throw VerbFailure(
          "E0901", "`\(Inspect.name)` was interrupted, so it has no result", kind: .interrupted)
      }
      guard let decomposition = adapter.decomposition(entry) else {
        throw VerbFailure(
          "E0410", "the adapter holds values that are no finite numbers",
          argument: Inspect.subject, help: "train it again with a smaller lr")
      }
      let weight = model.decoder.weights.blocks[entry.layer][entry.role].weight
      modules.append(
        AdaptedModule(
          entry: entry, name: description.names(of: [entry.role])[0], decomposition: decomposition,
          amplification: decomposition.amplification(of: weight, with: model.compute)))
    }
    return modules
  }

  /// The Frobenius norm of each module's ΔW over all blocks: what training has changed.
  private func updateNorms(_ modules: [AdaptedModule], _ model: DecoderDescription) -> Record {
    var squares: [LinearRole: Double] = [:]
    for module in modules {
      squares[module.entry.role, default: 0] +=
        module.decomposition.norm
        * module.decomposition.norm
    }
    return Record(
      model.linears.compactMap { module in
        squares[module.role].map {
          (model.names(of: [module.role])[0], .float($0.squareRoot()))
        }
      })
  }

  private func normMap(_ modules: [AdaptedModule], _ model: DecoderDescription) -> Figure {
    var names: [String] = []
    for module in modules where !names.contains(module.name) { names.append(module.name) }
    let layers = Set(modules.map(\.entry.layer)).sorted()
    let values = names.map { name in
      layers.map { layer in
        modules.first { $0.name == name && $0.entry.layer == layer }?.decomposition.norm
      }
    }
    return Figure(
      title: "norm of ΔW, by module and block", x: "decoder block", y: "norm of ΔW",
      heatMap: Figure.HeatMap(columns: layers.map(String.init), rows: names, values: values))
  }

  private func spectrum(_ modules: [AdaptedModule], of layer: Int) -> Figure {
    let series = modules.filter { $0.entry.layer == layer }.map { module in
      Figure.Series(
        module.name, .line,
        module.decomposition.values.enumerated().map {
          Figure.Point(x: Double($0 + 1), y: $1)
        })
    }
    return Figure(
      title: "singular values of ΔW, block \(layer)", x: "direction", y: "singular value",
      series: series)
  }
}

/// A layer with what the adapter adds to it.
struct AdaptedModule {
  let entry: AdapterLayout.Entry
  let name: String
  let decomposition: LowRankDecomposition
  let amplification: Double?

  var label: String { "\(entry.layer) \(name)" }

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
