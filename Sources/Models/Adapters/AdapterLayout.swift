import Tensors

/// Where the matrices of an adapter lie in one flat vector, so that optimizer, clipping and files see
/// a single list of numbers. Gradients and moments share the layout.
package struct AdapterLayout: Sendable, Equatable {
  /// One module's place: A `[rank, inputs]`, then Bᵀ `[rank, outputs]`, then the lengths `[outputs]` of a
  /// weight-decomposed one, then the trained bias `[outputs]`; of a whole change only Bᵀ. A module that is trained
  /// itself has its weight, then its bias, and a rank of 0, as has one whose bias alone is trained.
  package struct Entry: Sendable, Equatable {
    package let place: ModulePlace
    package let inputs: Int
    package let outputs: Int
    package let rank: Int
    /// What B·A is multiplied by.
    package let scale: Float
    package let hasLengths: Bool
    /// Whether the module's bias is trained.
    package let hasBias: Bool
    /// Whether its weight is, in place of a pair.
    package let isSaved: Bool
    /// The tokens whose rows alone are trained of a table; empty for the whole weight.
    package let tokens: [Int]
    /// Whether A is the identity, which nobody trains.
    package let isWhole: Bool
    /// Whether the second half of the rank is the start of the first, which nobody trains.
    package let keepsStart: Bool
    package let offset: Int

    /// All its numbers.
    package var count: Int {
      weightCount + (isWhole ? 0 : rank * inputs) + rank * outputs + (hasLengths ? outputs : 0)
        + (hasBias ? biasCount : 0)
    }

    /// Rows and columns of what is trained of the module's own weight, as `FrozenWeights` has it.
    package var weightShape: (rows: Int, columns: Int) {
      let (rows, columns) = place == .table(.embedding) ? (inputs, outputs) : (outputs, inputs)
      return (tokens.isEmpty ? rows : tokens.count, columns)
    }

    var weightCount: Int { isSaved ? weightShape.rows * weightShape.columns : 0 }
    var biasCount: Int { place.norm == nil ? outputs : inputs }

    /// Whether there is a pair, and not only what is trained of the module itself.
    package var hasPair: Bool { rank > 0 }

    /// The block; nil beside the blocks.
    package var layer: Int? { place.layer }
    package var role: LinearRole? { place.role }

    /// The part of the rank that is trained; the start, where it is kept, is the rest.
    package var trainedRank: Int { keepsStart ? rank / 2 : rank }

    /// What is trained of it, in order; lengths and biases are one row.
    package var matrices: [Part] {
      var parts: [Part] = []
      var place = offset
      func add(_ kind: Kind, _ rows: Int, of all: Int, _ columns: Int) {
        if rows > 0 { parts.append(Part(kind: kind, offset: place, rows: rows, columns: columns)) }
        place += all * columns
      }
      if isSaved { add(.weight, weightShape.rows, of: weightShape.rows, weightShape.columns) }
      if !isWhole { add(.a, trainedRank, of: rank, inputs) }
      add(.b, trainedRank, of: rank, outputs)
      if hasLengths { add(.lengths, 1, of: 1, outputs) }
      if hasBias { add(.bias, 1, of: 1, biasCount) }
      return parts
    }
  }

  /// One matrix of a module in the flat vector.
  package struct Part: Sendable {
    package let kind: Kind
    package let offset: Int
    package let rows: Int
    package let columns: Int

    package var count: Int { rows * columns }
    package var range: Range<Int> { offset..<offset + count }

    /// Whether LoRA+ gives it the rate of A: other vectors, and B, have a rate of their own (as in PEFT).
    package var learnsAsA: Bool { kind == .a || kind == .weight && rows > 1 }
  }

  /// What a matrix of an adapter is.
  package enum Kind: Sendable {
    case a, b, lengths, bias, weight
  }

  /// The model beside whose layers the adapter stands.
  package let model: DecoderDescription
  package let entries: [Entry]
  package let count: Int
  /// Whether something of norms is trained.
  let trainsNorms: Bool
  private let places: [Int?]
  fileprivate let identities = IdentityMatrices()

  package init(configuration: LoRAConfiguration, model: DecoderDescription) {
    self.model = model
    var entries: [Entry] = []
    var places = [Int?](
      repeating: nil,
      count: model.sizes.layers * LinearRole.allCases.count + TokenTable.allCases.count
        + NormPlace.count(layers: model.sizes.layers))
    var offset = 0
    for place in model.modulePlaces {
      let tokens = place.table.flatMap { configuration.tokens[$0] } ?? []
      let isSaved = configuration.saved.contains(place) || !tokens.isEmpty
      let hasPair = !isSaved && configuration.includes(place)
      let hasBias = configuration.trainsBias(at: place, of: model)
      guard hasPair || hasBias || isSaved else { continue }
      places[Self.index(of: place, layers: model.sizes.layers)] = entries.count
      let shape = model.shape(at: place)
      let entry = Entry(
        place: place, inputs: shape.inputs, outputs: shape.outputs,
        rank: hasPair ? configuration.rank(of: place) : 0, scale: configuration.scale(of: place),
        hasLengths: hasPair && configuration.isWeightDecomposed, hasBias: hasBias,
        isSaved: isSaved, tokens: tokens, isWhole: hasPair && configuration.isWhole,
        keepsStart: configuration.form == .besideStart,
        offset: offset)
      entries.append(entry)
      offset += entry.count
    }
    if configuration.tiesTables(of: model) {
      let layers = model.sizes.layers
      places[Self.index(of: .table(.head), layers: layers)] =
        places[Self.index(of: .table(.embedding), layers: layers)]
    }
    self.entries = entries
    self.places = places
    count = offset
    trainsNorms = entries.contains { $0.place.norm != nil }
  }

  /// Numbers that are trained.
  package var trainedCount: Int {
    entries.reduce(0) { $0 + $1.matrices.reduce(0) { $0 + $1.count } }
  }

  /// The lowest block with an adapter at or below it: nothing further down needs gradients.
  package var lowestLayer: Int {
    adaptsEmbedding ? 0 : entries.first?.layer ?? Int.max
  }

  /// Whether gradients go on to the embedding, or to its norm.
  var adaptsEmbedding: Bool {
    [.table(.embedding), .norm(.embedding)].contains(entries.first?.place)
  }

  /// What is trained at a place; of a head that is the embedding also there, the embedding's.
  package func entry(at place: ModulePlace) -> Entry? {
    let index = Self.index(of: place, layers: model.sizes.layers)
    precondition(
      places.indices.contains(index), "\(place) of an adapter with \(model.sizes.layers) blocks")
    return places[index].map { entries[$0] }
  }

  package func entry(layer: Int, _ role: LinearRole) -> Entry? { entry(at: .block(layer, role)) }

  /// A number for each place of a model, the same whatever an adapter has.
  static func index(of place: ModulePlace, layers: Int) -> Int {
    switch place {
    case .block(let layer, let role): layer * LinearRole.allCases.count + role.index
    case .table(let table):
      layers * LinearRole.allCases.count + (table == .embedding ? 0 : 1)
    case .norm(let norm):
      layers * LinearRole.allCases.count + TokenTable.allCases.count + norm.index
    }
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

  /// Makes zero what is not trained: of a gradient, the part of starts that are kept.
  package func clearStarts() {
    for entry in layout.entries where entry.keepsStart {
      let pair = pair(entry)
      for row in entry.trainedRank..<entry.rank {
        unsafe pair.a.row(row).update(repeating: 0, count: entry.inputs)
        unsafe pair.bTransposed.row(row).update(repeating: 0, count: entry.outputs)
      }
    }
  }

  /// What belongs to one module.
  package func pair(at place: ModulePlace) -> LoRAPair? { layout.entry(at: place).map(pair) }

  package func pair(layer: Int, _ role: LinearRole) -> LoRAPair? { pair(at: .block(layer, role)) }

  package func pair(_ entry: AdapterLayout.Entry) -> LoRAPair {
    let (rows, columns) = entry.weightShape
    let weight =
      unsafe entry.isSaved
      ? Matrix(base: values + entry.offset, rows: rows, columns: columns) : nil
    let start = unsafe values + entry.offset + entry.weightCount
    let second = unsafe entry.isWhole ? start : start + entry.rank * entry.inputs
    let third = unsafe second + entry.rank * entry.outputs
    return unsafe LoRAPair(
      a: entry.isWhole
        ? layout.identities[entry.inputs]
        : Matrix(base: start, rows: entry.rank, columns: entry.inputs),
      bTransposed: Matrix(base: second, rows: entry.rank, columns: entry.outputs),
      scale: entry.scale,
      lengths: entry.hasLengths
        ? Matrix(base: third, rows: 1, columns: entry.outputs) : nil,
      bias: entry.hasBias
        ? Matrix(
          base: third + (entry.hasLengths ? entry.outputs : 0), rows: 1,
          columns: entry.biasCount)
        : nil,
      weight: weight, tokens: entry.tokens, isWhole: entry.isWhole)
  }
}

/// The two thin matrices beside one linear layer, or what is trained of a module itself. B is kept transposed, so
/// that both are wide.
package struct LoRAPair: Sendable {
  /// `[rank, inputs]`.
  package let a: Matrix
  /// `[rank, outputs]`.
  package let bTransposed: Matrix
  /// What B·A is multiplied by.
  package let scale: Float
  /// The lengths of the rows of a weight-decomposed layer, `[1, outputs]`.
  package let lengths: Matrix?
  /// The trained bias, `[1, outputs]`.
  package let bias: Matrix?
  /// The trained weight in place of the module's own, as transformers has it; then the rank is 0.
  package let weight: Matrix?
  /// The tokens whose rows it has; empty for all.
  package let tokens: [Int]
  /// Whether A is the identity, which is only read.
  package let isWhole: Bool
}
