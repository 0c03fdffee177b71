import Checkpoints
import Tensors

/// A kind of GGUF file that llama.cpp's quantizer makes without a matrix of importance: which format each
/// matrix gets (`llama_tensor_get_type_impl` of llama-quant.cpp).
package struct GGUFFileType: Sendable {
  /// Where a layer stands, by which it gets more bits or fewer.
  struct Place {
    let layer: Int
    let layers: Int
    /// Heads of queries for each one of keys and values.
    let group: Int
    let isFalcon: Bool

    /// Whether the layer is among the first ones, of 1/`share` of all.
    func isFirst(of share: Int) -> Bool { layer < layers / share }

    /// The first and the last eighth, and every third layer between them.
    var needsMoreBits: Bool {
      isFirst(of: 8) || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2
    }
  }

  /// What a layer gets; nil for the format that most have.
  typealias Rule = @Sendable (Place) -> WeightFormat?

  /// The name that llama.cpp has for it, in lower case.
  package let name: String
  /// Its number, `llama_ftype`.
  let number: UInt32
  /// What most matrices have.
  let format: WeightFormat
  private let values: Rule
  private let down: Rule
  private let attentionOutput: Rule
  private let embedding: WeightFormat

  /// - Parameters:
  ///   - values: of layers that give values, alone or beside queries and keys.
  ///   - down: of those that lead back from the feed-forward's width.
  ///   - embedding: of an embedding that is not the head as well.
  private init(
    _ name: String, _ number: UInt32, _ format: WeightFormat, values: @escaping Rule = { _ in nil },
    down: @escaping Rule = { _ in nil }, attentionOutput: @escaping Rule = { _ in nil },
    embedding: WeightFormat? = nil
  ) {
    (self.name, self.number, self.format) = (name, number, format)
    (self.values, self.down, self.attentionOutput) = (values, down, attentionOutput)
    self.embedding = embedding ?? format
  }

  /// Whether each weight of it is a number by itself.
  package var isOfFloats: Bool { format.columnMultiple == 1 }

  package static let all = plain + mixed

  package static func named(_ name: String) -> GGUFFileType? { all.first { $0.name == name } }

  /// The names of those that it makes only with a matrix of importance.
  package static let weighed = [
    "iq1_s", "iq1_m", "iq2_xxs", "iq2_xs", "iq2_s", "iq2_m", "iq3_xxs", "iq3_xs", "q2_k_s",
  ]

  private static let plain = [
    GGUFFileType("f32", 0, .f32), GGUFFileType("f16", 1, .f16), GGUFFileType("bf16", 32, .bf16),
    GGUFFileType("q8_0", 7, .q8_0), GGUFFileType("q4_0", 2, .q4_0),
    GGUFFileType("q4_1", 3, .q4_1), GGUFFileType("q5_0", 8, .q5_0),
    GGUFFileType("q5_1", 9, .q5_1),
  ]

  private static let mixed = [
    GGUFFileType(
      "q2_k", 10, .q2_k, values: { $0.group >= 4 ? .q4_k : .q3_k }, down: { _ in .q3_k },
      attentionOutput: { $0.isFalcon ? nil : .q3_k }),
    GGUFFileType("q3_k_s", 11, .q3_k),
    GGUFFileType(
      "q3_k_m", 12, .q3_k, values: { $0.layer < 2 ? .q5_k : .q4_k },
      down: {
        if $0.isFirst(of: 16) { return .q5_k }
        return $0.isFalcon && !$0.needsMoreBits ? nil : .q4_k
      }, attentionOutput: { $0.isFalcon ? nil : .q4_k }),
    GGUFFileType(
      "q3_k_l", 13, .q3_k, values: { _ in .q5_k }, down: { $0.isFalcon ? .q4_k : .q5_k },
      attentionOutput: { $0.isFalcon ? .q4_k : .q5_k }),
    GGUFFileType(
      "q4_k_s", 14, .q4_k, values: { $0.layer < 4 ? .q5_k : nil },
      down: { $0.isFirst(of: 8) && !$0.isFalcon ? .q5_k : nil }),
    GGUFFileType(
      "q4_k_m", 15, .q4_k, values: { $0.needsMoreBits ? .q6_k : nil },
      down: {
        guard $0.isFalcon else { return $0.needsMoreBits ? .q6_k : nil }
        return $0.isFirst(of: 16) ? .q6_k : $0.needsMoreBits ? .q5_k : nil
      }),
    GGUFFileType("q5_k_s", 16, .q5_k),
    GGUFFileType(
      "q5_k_m", 17, .q5_k, values: { $0.needsMoreBits ? .q6_k : nil },
      down: { $0.needsMoreBits ? .q6_k : nil }),
    GGUFFileType("q6_k", 18, .q6_k),
    GGUFFileType("iq3_s", 26, .iq3_s, values: { $0.group >= 4 ? .q4_k : nil }),
    GGUFFileType(
      "iq3_m", 27, .iq3_s, values: { _ in .q4_k }, down: { $0.isFirst(of: 8) ? .q4_k : nil },
      attentionOutput: { $0.isFalcon ? nil : .q4_k }),
    GGUFFileType(
      "iq4_nl", 25, .iq4_nl, values: { $0.group >= 4 ? .q5_k : nil },
      down: { $0.isFirst(of: 8) ? .q5_k : nil }),
    GGUFFileType(
      "iq4_xs", 30, .iq4_xs, values: { $0.group >= 4 ? .q5_k : nil },
      down: { $0.isFirst(of: 8) ? .q5_k : nil }),
    GGUFFileType("tq1_0", 36, .tq1_0, embedding: .q4_k),
    GGUFFileType("tq2_0", 37, .tq2_0, embedding: .q4_k),
    GGUFFileType("q1_0", 40, .q1_0),
  ]

  /// What a matrix has, before its rows are looked at.
  ///
  /// - Parameter columns: of the matrix.
  func format(
    at place: ModulePlace, columns: Int, in model: DecoderDescription
  ) -> WeightFormat {
    if isOfFloats { return format }
    let isFalcon = model.architecture == Architecture.falcon.name
    switch place {
    case .norm: return .f32
    case .table(let table):
      guard table == .head || model.tiesHead else { return embedding }
      let isWhole = columns % format.columnMultiple == 0
      return isFalcon || !isWhole || format == .q8_0 ? .q8_0 : .q6_k
    case .block(let layer, let role):
      let sizes = model.sizes
      let place = Place(
        layer: layer, layers: sizes.layers, group: sizes.heads / sizes.keyValueHeads,
        isFalcon: isFalcon)
      switch role {
      case .value, .queryKeyValue:
        let chosen = values(place) ?? format
        // the values of a 70B Llama are so few that a bit more of each is hardly seen
        let isLarge = sizes.layers == 80 && place.group > 1
        return isLarge && [.q3_k, .q4_k].contains(chosen) ? .q5_k : chosen
      case .down: return down(place) ?? format
      case .attentionOutput: return attentionOutput(place) ?? format
      case .query, .key, .gate, .up, .gateUp: return format
      }
    }
  }
}

extension WeightFormat {
  /// This format where rows of `columns` are whole blocks of it, else what llama.cpp takes in its place:
  /// at last f16; nil where it has nothing either.
  func fitting(columns: Int) -> WeightFormat? {
    if columns % columnMultiple == 0 { return self }
    let substitute = Self.substitutes[self] ?? self
    if columns % substitute.columnMultiple == 0 { return substitute }
    return substitute.columnMultiple == 32 ? .f16 : nil
  }

  /// For blocks of 256 ones of 32.
  private static let substitutes: [WeightFormat: WeightFormat] = [
    .q2_k: .q4_0, .q3_k: .q4_0, .q4_k: .q5_0, .q5_k: .q5_1, .q6_k: .q8_0, .iq3_s: .iq4_nl,
    .iq4_xs: .iq4_nl, .tq1_0: .q4_0, .tq2_0: .q4_0,
  ]
}

extension GGUFFileType {
  /// Where a file's metadata have it.
  static let key = "general.file_type"
  /// What llama.cpp has where it guesses from the tensors.
  private static let guessed: UInt32 = 1024

  /// The number of the type that was asked for; without one that of the file in which all matrices have
  /// the format of most linear layers.
  static func value(of weights: FrozenWeights, written type: GGUFFileType?) -> GGUFValue {
    let format = type == nil ? weights.mostLinearFormat : nil
    let known = type ?? all.first { $0.format == format }
    return .uint32(known?.number ?? guessed)
  }
}
