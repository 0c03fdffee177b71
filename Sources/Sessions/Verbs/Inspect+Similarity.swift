import Models
import RecipeLanguage
import Tensors

/// `inspect adapter, against:`: whether two adapters found the same directions.
extension Session {
  /// A row for each layer that both have, and a picture of the layers of one block.
  ///
  /// - Parameter layer: the block of the picture.
  func similarity(
    _ modules: [AdaptedModule], to others: [AdaptedModule], of layer: Int?, named name: String
  ) throws(VerbFailure) -> Table {
    let pairs = modules.compactMap { module in
      others.first { $0.entry.place == module.entry.place }.map { SharedDirections(module, $0) }
    }.filter { $0.count > 0 }
    guard !pairs.isEmpty else {
      throw VerbFailure(
        "E0407", "the adapter in use and \"\(name)\" changed no layer together",
        argument: Inspect.against, help: "train both, with targets that they share")
    }
    let shown = pairs.filter { $0.module.entry.layer == layer }
    if !shown.isEmpty {
      onEvent(
        .figure(
          Figure(
            title:
              "directions of \(layer.map { "block \($0)" } ?? "tables") shared with \"\(name)\"",
            x: "first directions",
            y: "similarity",
            series: shown.map { pair in
              Figure.Series(
                pair.module.name, .line,
                (1...pair.count).map { Figure.Point(x: Double($0), y: pair.similarity($0, .reads)) }
              )
            }), goesWithValue: false))
    }
    return Table(rows: pairs.map(\.row), heading: "module")
  }
}

/// The changes of one layer by two adapters.
private struct SharedDirections {
  let module: AdaptedModule
  let other: AdaptedModule

  init(_ module: AdaptedModule, _ other: AdaptedModule) {
    (self.module, self.other) = (module, other)
  }

  /// Directions that both have; none where one of them is zero.
  var count: Int {
    min(module.decomposition.directionCount, other.decomposition.directionCount)
  }

  func similarity(_ count: Int, _ side: LowRankDecomposition.Side) -> Double {
    module.decomposition.similarity(to: other.decomposition, ofFirst: count, side: side)
  }

  var row: Table.Row {
    Table.Row(
      label: module.label,
      record: Record([
        ("directions", .int(count)),
        ("first_reads", .float(similarity(1, .reads))),
        ("first_writes", .float(similarity(1, .writes))),
        ("reads", .float(similarity(count, .reads))),
        ("writes", .float(similarity(count, .writes))),
        ("by_chance", .float(Double(count) / Double(module.entry.inputs))),
      ]))
  }
}
