import Checkpoints
import Files
import Tensors

/// What GGUF calls the sizes and constants of a decoder, after the name of its family and a dot
/// (docs/gguf.md of ggml).
enum GGUFKey {
  static let hidden = "embedding_length"
  static let layers = "block_count"
  static let heads = "attention.head_count"
  static let keyValueHeads = "attention.head_count_kv"
  static let head = "attention.key_length"
  static let intermediate = "feed_forward_length"
  static let context = "context_length"
  static let ropeBase = "rope.freq_base"
  static let turned = "rope.dimension_count"
  static let windowRopeBase = "rope.freq_base_swa"
  static let window = "attention.sliding_window"

  static func epsilon(_ norm: Norm.Kind) -> String {
    switch norm {
    case .rms: "attention.layer_norm_rms_epsilon"
    case .layer: "attention.layer_norm_epsilon"
    }
  }
}

extension DecoderDescription {
  /// From the metadata of a GGUF file.
  ///
  /// - Parameters:
  ///   - ropeFactors: divisors of the rotary frequencies that the file lists as tensors; given how many
  ///     elements of a head turn.
  package init(
    gguf metadata: GGUFMetadata, vocabularySize: Int, tiesHead: Bool,
    hasTensor: (String) -> Bool = { _ in false },
    ropeFactors: (Int) throws(FileError) -> RopeFactors = { _ in RopeFactors() }
  ) throws(FileError) {
    let name = try metadata.text("general.architecture")
    guard let known = Architecture.ggufNamed(name) else {
      throw FileError(
        .unsupported, file: metadata.file, cause: "the model's architecture is \"\(name)\"",
        fix: "Skillet reads models of the types \(Architecture.quoted(Architecture.ggufNames))")
    }
    try KeyTable.gguf(known).check(metadata)
    var family = known
    known.ggufForm?(&family, metadata, hasTensor)
    let sizes = try DecoderSizes(gguf: metadata, family: name, vocabulary: vocabularySize)
    self.init(
      family: family, sizes: sizes,
      normEpsilon: Float(try metadata.number("\(name).\(GGUFKey.epsilon(family.norm))")),
      positions: try Self.positions(metadata, family, sizes, factors: ropeFactors),
      tiesHead: tiesHead, isGGUF: true,
      isSet: { _, _, tensor in hasTensor(TensorNames.gguf.name(tensor, 0) + ".bias") })
    for scale in family.scales {
      guard let key = scale.gguf else { continue }
      scale.apply(gguf: try metadata.numberIfPresent("\(name).\(key)"), to: &scales)
    }
    if let layers = family.wideScoreLayers, layers == sizes.layers {
      scales.attention = 1 / (Float(sizes.hidden) / Float(sizes.heads)).squareRoot()
    }
    windows = try family.windows.windows(gguf: metadata, name, layers: sizes.layers)
    if let period = family.unturnedEvery {
      unturnedLayers = Set((0..<sizes.layers).filter { ($0 + 1) % period == 0 })
    }
    leaveUnturned(family.turns)
    if let base = family.windowRopeBase {
      let named = try metadata.numberIfPresent("\(name).\(GGUFKey.windowRopeBase)")
      windowPositions = .rotary(base: named ?? base, pairing: family.ggufPairing, scaling: .none)
    }
    let disagreement = try Self.disagreement(with: sizes, in: metadata, family: name)
    if let inconsistency = inconsistency ?? disagreement {
      throw FileError(
        .malformed, file: metadata.file, cause: inconsistency,
        fix: "convert the model again with a current converter")
    }
  }

  private static func positions(
    _ metadata: GGUFMetadata, _ family: Architecture, _ sizes: DecoderSizes,
    factors: (Int) throws(FileError) -> RopeFactors
  ) throws(FileError) -> Positions {
    let name = family.ggufName ?? family.name
    switch family.positions {
    case .learned: return .learned
    case .linearBiases(let form): return .linearBiases(form)
    case .rotary:
      let base = try metadata.numberIfPresent("\(name).\(GGUFKey.ropeBase)")
      let turned =
        family.turnsPartOfHeads
        ? try metadata.integerIfPresent("\(name).\(GGUFKey.turned)") : nil
      let factors = try factors(turned ?? sizes.head)
      return .rotary(
        base: base ?? family.ropeBase, pairing: family.ggufPairing,
        scaling: try RopeScaling(
          gguf: metadata, family: name, context: sizes.context, factors: factors),
        factors: factors.all, dimensions: turned)
    }
  }

  /// The first key that names a size otherwise than the rest of the file does.
  private static func disagreement(
    with sizes: DecoderSizes, in metadata: GGUFMetadata, family: String
  ) throws(FileError) -> String? {
    let turned =
      Architecture.ggufNamed(family)?.turnsPartOfHeads == true
      ? [] : [(GGUFKey.turned, "the head size", sizes.head)]
    let all =
      turned + [
        ("attention.value_length", "the head size", sizes.head),
        ("vocab_size", "the number of its tokens", sizes.vocabulary),
      ]
    for (key, what, size) in all {
      if let value = try metadata.integerIfPresent("\(family).\(key)"), value != size {
        return "\(family).\(key) is \(value), but \(what) is \(size)"
      }
    }
    return nil
  }
}

extension DecoderSizes {
  fileprivate init(
    gguf metadata: GGUFMetadata, family: String, vocabulary: Int
  ) throws(FileError) {
    func size(_ key: String) throws(FileError) -> Int {
      try metadata.integer("\(family).\(key)")
    }
    let hidden = try size(GGUFKey.hidden)
    let heads = try size(GGUFKey.heads)
    self.init(
      hidden: hidden, layers: try size(GGUFKey.layers), heads: heads,
      keyValueHeads: try metadata.integerIfPresent("\(family).\(GGUFKey.keyValueHeads)") ?? heads,
      head: try metadata.integerIfPresent("\(family).\(GGUFKey.head)") ?? hidden / heads,
      intermediate: try size(GGUFKey.intermediate), vocabulary: vocabulary,
      context: try size(GGUFKey.context))
  }
}
