import Tensors

/// Where the matrices of an adapter lie in one flat vector, so that optimizer, clipping and files see
/// a single list of numbers. Gradients and moments share the layout.
package struct AdapterLayout: Sendable, Equatable {
  /// One module's place: A `[rank, inputs]`, then Bᵀ `[rank, outputs]`.
  package struct Entry: Sendable, Equatable {
    package let layer: Int
    package let role: LinearRole
    package let inputs: Int
    package let outputs: Int
    package let offset: Int

    package func count(rank: Int) -> Int { rank * (inputs + outputs) }
  }

  /// The model beside whose layers the adapter stands.
  package let model: DecoderDescription
  package let rank: Int
  package let entries: [Entry]
  package let count: Int
  private let places: [Int?]

  package init(configuration: LoRAConfiguration, model: DecoderDescription) {
    self.model = model
    rank = configuration.rank
    var entries: [Entry] = []
    var places = [Int?](repeating: nil, count: model.sizes.layers * LinearRole.allCases.count)
    var offset = 0
    let targets = model.linears.filter { configuration.targets.contains($0.role) }
    for layer in 0..<model.sizes.layers where configuration.includes(layer: layer) {
      for module in targets {
        places[layer * LinearRole.allCases.count + module.role.index] = entries.count
        entries.append(
          Entry(
            layer: layer, role: module.role, inputs: module.inputs, outputs: module.outputs,
            offset: offset))
        offset += rank * (module.inputs + module.outputs)
      }
    }
    self.entries = entries
    self.places = places
    count = offset
  }

  /// The lowest block with an adapter: nothing below it needs gradients.
  package var lowestLayer: Int { entries.first?.layer ?? Int.max }

  package func entry(layer: Int, _ role: LinearRole) -> Entry? {
    let index = layer * LinearRole.allCases.count + role.index
    precondition(
      places.indices.contains(index),
      "layer \(layer) of an adapter with \(places.count / LinearRole.allCases.count)")
    return places[index].map { entries[$0] }
  }
}

/// One vector of numbers in an adapter's layout: the parameters, their gradient or a moment.
package final class AdapterVector: @unchecked Sendable {
  package let layout: AdapterLayout
  private let buffer: RawBuffer

  package init(layout: AdapterLayout) {
    self.layout = layout
    buffer = RawBuffer(byteCount: layout.count * 4)
    unsafe values.update(repeating: 0, count: layout.count)
  }

  package var count: Int { layout.count }
  package var values: UnsafeMutablePointer<Float> { unsafe buffer.bound(to: Float.self) }

  package func copy() -> AdapterVector {
    let result = AdapterVector(layout: layout)
    unsafe result.values.update(from: values, count: count)
    return result
  }

  package func fill(_ value: Float) { unsafe values.update(repeating: value, count: count) }

  /// A `[rank, inputs]` and Bᵀ `[rank, outputs]` of one module.
  package func pair(layer: Int, _ role: LinearRole) -> LoRAPair? {
    layout.entry(layer: layer, role).map(pair)
  }

  package func pair(_ entry: AdapterLayout.Entry) -> LoRAPair {
    let start = unsafe values + entry.offset
    return unsafe LoRAPair(
      a: Matrix(base: start, rows: layout.rank, columns: entry.inputs),
      bTransposed: Matrix(
        base: start + layout.rank * entry.inputs, rows: layout.rank, columns: entry.outputs))
  }
}

/// The two thin matrices beside one linear layer. B is kept transposed, so that both are wide.
package struct LoRAPair: Sendable {
  /// `[rank, inputs]`.
  package let a: Matrix
  /// `[rank, outputs]`.
  package let bTransposed: Matrix
}
