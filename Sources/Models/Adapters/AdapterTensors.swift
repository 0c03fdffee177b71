import Checkpoints
import Files
import Tensors

/// The tensors of an adapter's file in PEFT's names, held against what its configuration says that there are.
struct AdapterTensors {
  /// The names of one module's tensors.
  struct Names {
    let a: String
    let b: String
    /// DoRA's lengths.
    let lengths: String

    /// A copy of the frozen matrix, which PEFT puts beside adapters of tables.
    let base: String
    /// The trained bias, beside a pair or alone.
    let bias: String
    /// The weight of a module that is trained itself, or the rows of its tokens that are; of norms of heads with
    /// weights of their own, one for each.
    let weights: [String]

    fileprivate init(
      _ place: ModulePlace, hasPair: Bool = true, hasRows: Bool = false,
      in model: DecoderDescription
    ) {
      let path = AdapterTensors.root + model.path(at: place)
      let isEmbedding = place == .table(.embedding)
      a = path + (isEmbedding ? ".lora_embedding_A" : ".lora_A.weight")
      b = path + (isEmbedding ? ".lora_embedding_B" : ".lora_B.weight")
      lengths = path + ".lora_magnitude_vector"
      base = path + ".base_layer.weight"
      bias = path + (hasPair ? ".base_layer.bias" : ".bias")
      weights =
        place.norm.map { norm in
          model.parts(of: norm, in: model.moduleNames).map {
            AdapterTensors.root + $0.name + ".weight"
          }
        } ?? [path + (hasRows ? ".token_adapter.trainable_tokens_delta" : ".weight")]
    }
  }

  let model: DecoderDescription

  func names(of entry: AdapterLayout.Entry) -> Names {
    Names(entry.place, hasPair: entry.hasPair, hasRows: !entry.tokens.isEmpty, in: model)
  }

  /// The name of the copy that PEFT writes for a head that stays the embedding which is trained itself.
  var tiedCopy: String { Names(.table(.head), hasPair: false, in: model).weights[0] }

  fileprivate static let root = "base_model.model."

  /// Refuses tensors that are missing, left over or of another rank than the configuration gives them, with
  /// the keys of the configuration that say so.
  func requireAgreement(
    _ directory: TensorDirectory, with layout: AdapterLayout, file: String
  ) throws(FileError) {
    var known: Set<String> = []
    for entry in layout.entries {
      let names = names(of: entry)
      if entry.hasBias {
        known.insert(names.bias)
        if directory[names.bias] == nil {
          throw disagreement(
            .absent, file,
            "there is no tensor \"\(names.bias)\", though "
              + "\"\(entry.isSaved ? "modules_to_save" : "bias")\" of its configuration says that it is "
              + "trained")
        }
      }
      if entry.isSaved {
        known.formUnion(names.weights)
        for name in names.weights { try requireSaved(name, of: entry, directory, file) }
        if entry.tokens.isEmpty, layout.entry(at: .table(.head))?.place == .table(.embedding) {
          known.insert(tiedCopy)
        }
      }
      guard entry.hasPair else { continue }
      try require(names.a, [entry.rank, entry.inputs], of: entry, directory, file)
      try require(names.b, [entry.outputs, entry.rank], of: entry, directory, file)
      known.formUnion([names.a, names.b])
      if entry.place.table != nil { known.formUnion([names.base, names.bias]) }
      guard entry.hasLengths else { continue }
      known.insert(names.lengths)
      if directory[names.lengths] == nil {
        throw disagreement(
          .absent, file,
          "there is no tensor \"\(names.lengths)\", though \"use_dora\" of its configuration is true"
        )
      }
    }
    if let extra = directory.names.first(where: { !known.contains($0) }) {
      throw leftOver(extra, file: file)
    }
  }

  private func require(
    _ name: String, _ shape: [Int], of entry: AdapterLayout.Entry, _ directory: TensorDirectory,
    _ file: String
  ) throws(FileError) {
    guard let tensor = directory[name] else {
      throw disagreement(
        .absent, file,
        "there is no tensor \"\(name)\", though \(Self.choice) its configuration choose its layer")
    }
    if tensor.shape == shape { return }
    throw disagreement(
      .malformed, file,
      "the tensor \"\(name)\" is \(tensor.shape) instead of \(shape): the layer has \(entry.inputs) "
        + "inputs and \(entry.outputs) outputs in this model, and \"r\" and \"rank_pattern\" of its "
        + "configuration give it rank \(entry.rank)")
  }

  private func requireSaved(
    _ name: String, of entry: AdapterLayout.Entry, _ directory: TensorDirectory, _ file: String
  ) throws(FileError) {
    let key = entry.tokens.isEmpty ? "modules_to_save" : "trainable_token_indices"
    guard let tensor = directory[name] else {
      throw disagreement(
        .absent, file,
        "there is no tensor \"\(name)\", though \"\(key)\" of its configuration names its module")
    }
    let shape = SavedWeight(entry, in: model).shape
    if tensor.shape == shape { return }
    throw disagreement(
      .malformed, file,
      "the tensor \"\(name)\" is \(tensor.shape), and should be \(shape) for this model and \"\(key)\" of its "
        + "configuration")
  }

  /// Refuses copies of frozen tables that are not the base's: PEFT trains beside those, and takes them in
  /// place of the base's own. Of a base in few bits only the shape can be compared.
  ///
  /// - Parameter weights: the base; nil compares shapes alone.
  func requireBase(
    _ reading: WeightReading, with layout: AdapterLayout, of weights: FrozenWeights?
  ) throws(FileError) {
    for entry in layout.entries where entry.place.table != nil && entry.hasPair {
      let names = names(of: entry)
      let own = weights?[entry.place]
      if reading.contains(names.base) {
        let isEmbedding = entry.place == .table(.embedding)
        let copy = try reading.matrix(
          names.base, rows: isEmbedding ? entry.inputs : entry.outputs,
          columns: isEmbedding ? entry.outputs : entry.inputs)
        if let own = own?.weight, ElementType(own.format).isScalar,
          own.relativeDistance(of: copy) > Self.mostRounding
        {
          throw otherBase(names.base, file: reading.file)
        }
      }
      if !entry.hasBias, reading.contains(names.bias) {
        let copy = try reading.vector(names.bias, count: entry.outputs)
        if let own = own?.bias, relativeDistance(copy, from: own) > Self.mostRounding {
          throw otherBase(names.bias, file: reading.file)
        }
      }
    }
  }

  /// Refuses a copy for the head that is not the embedding, where both are one.
  func requireTied(_ reading: WeightReading, to embedding: Matrix) throws(FileError) {
    guard reading.contains(tiedCopy) else { return }
    let copy = try reading.matrix(tiedCopy, rows: embedding.rows, columns: embedding.columns)
    guard FrozenMatrix(view: embedding).relativeDistance(of: copy) == 0 else {
      throw FileError(
        .malformed, file: reading.file,
        cause:
          "its \"\(tiedCopy)\" is not its embedding, though \"ensure_weight_tying\" of its configuration "
          + "is true",
        fix: "save the adapter again with PEFT, or train it without \"ensure_weight_tying\"")
    }
  }

  private func otherBase(_ name: String, file: String) -> FileError {
    FileError(
      .unsupported, file: file,
      cause: "its \"\(name)\" is not that of this model, which the adapter stands beside",
      fix: "load the model that the adapter was trained on")
  }

  /// What a copy in half precision may differ by.
  private static let mostRounding = 0.01

  private func leftOver(_ name: String, file: String) -> FileError {
    for place in model.modulePlaces {
      let names = Names(place, in: model)
      if name == names.lengths {
        return disagreement(
          .unsupported, file,
          "there is the tensor \"\(name)\", though \"use_dora\" of its configuration is not true")
      }
      if [true, false].contains(where: { Names(place, hasPair: $0, in: model).bias == name }) {
        return disagreement(
          .unsupported, file,
          "there is the tensor \"\(name)\", whose bias \"bias\" of its configuration leaves out")
      }
      if name == names.a || name == names.b || place.table != nil && name == names.base {
        return disagreement(
          .unsupported, file,
          "there is the tensor \"\(name)\", whose layer \(Self.choice) its configuration leave out"
        )
      }
    }
    if model.places.contains(where: { Names($0, hasRows: true, in: model).weights.contains(name) })
    {
      return disagreement(
        .unsupported, file,
        "there is the tensor \"\(name)\", whose module \"trainable_token_indices\" of its configuration "
          + "leaves out")
    }
    if model.modulePlaces.contains(where: {
      $0.table == nil && Names($0, in: model).weights.contains(name)
    }) {
      return disagreement(
        .unsupported, file,
        "there is the tensor \"\(name)\", whose module \"modules_to_save\" of its configuration leaves out"
      )
    }
    for (table, what) in [(TokenTable.embedding, "embedding"), (.head, "output head")]
    where name.hasPrefix(Self.root + model.path(at: .table(table)) + ".") {
      return FileError(
        .unsupported, file: file,
        cause:
          "the tensor \"\(name)\" is of the \(what), beside which there is no such tensor here",
        fix: "let PEFT fold the adapter into its base, with merge_and_unload, and load that model")
    }
    return FileError(
      .unsupported, file: file,
      cause: "the tensor \"\(name)\" belongs to none of this model's layers",
      fix: "load the model that the adapter was trained on")
  }

  private static let choice =
    "\"target_modules\", \"exclude_modules\" and \"layers_to_transform\" of"

  private func disagreement(_ kind: FileError.Kind, _ file: String, _ cause: String) -> FileError {
    FileError(
      kind, file: file, cause: cause,
      fix:
        "take both files of the adapter from the same folder, and the model that it was trained on")
  }
}

/// ‖copy − own‖ / ‖own‖; infinite where they are not as many.
private func relativeDistance(_ copy: [Float], from own: [Float]) -> Double {
  guard copy.count == own.count else { return .infinity }
  let squares = zip(copy, own).reduce((distance: 0.0, length: 0.0)) { sums, pair in
    let (difference, value) = (Double(pair.0 - pair.1), Double(pair.1))
    return (sums.distance + difference * difference, sums.length + value * value)
  }
  return (squares.distance / max(squares.length, .leastNormalMagnitude)).squareRoot()
}

extension FrozenMatrix {
  /// ‖other − this‖ / ‖this‖, of matrices of one shape; of the row that is furthest.
  fileprivate func relativeDistance(of other: FrozenMatrix) -> Double {
    var values = [[Float]](repeating: [Float](repeating: 0, count: columns), count: 2)
    return (0..<rows).reduce(0.0) { furthest, row in
      unsafe dequantize(row: row, into: &values[0])
      unsafe other.dequantize(row: row, into: &values[1])
      return max(furthest, Models.relativeDistance(values[1], from: values[0]))
    }
  }
}
