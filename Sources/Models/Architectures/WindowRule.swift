import Checkpoints
import Files

/// How a family says which layers see only the last tokens.
enum WindowRule: Sendable {
  case none
  /// All layers, where `sliding_window` is a number; `standard` stands for a key that is missing.
  case every(standard: Int?)
  /// Layers from `max_window_layers` on, where `use_sliding_window` is true.
  case switched
  /// All but every n-th layer.
  ///
  /// - Parameters:
  ///   - key: what may give another n.
  ///   - ggufStandard: the window of a GGUF file that names none; nil for no window.
  case pattern(period: Int, key: String? = nil, ggufStandard: Int? = nil)

  /// The window of a configuration that does not name it.
  private var standard: Int? { if case .every(let window) = self { window } else { 4096 } }
  private static let sliding = "sliding_attention"
  private static let full = "full_attention"

  /// The keys of config.json that it reads.
  var keys: [KeyTable.Entry] {
    let window = KeyTable.Entry(
      "sliding_window", .read(.integer(KeyTable.sizes), allowsNull: true))
    let types = KeyTable.Entry(
      "layer_types", .read(.words([Self.sliding, Self.full]), allowsNull: true))
    switch self {
    case .none: return []
    case .every: return [window]
    case .switched:
      return [
        window, types, .init("use_sliding_window", .read(.bool)),
        .init("max_window_layers", .read(.integer(0...1 << 24))),
      ]
    case .pattern(_, let key, _):
      return [window, types] + (key.map { [.init($0, .read(.any))] } ?? [])
    }
  }

  /// The window of each layer, nil where it sees all; empty where none has one.
  func windows(_ config: JSONObject, layers: Int, file: String) throws(FileError) -> [Int?] {
    var window: Int? = config["sliding_window"].map(\.int) ?? standard
    if case .none = self { return [] }
    let types = config["layer_types"]?.array
    guard types == nil || types?.count == layers else {
      throw FileError(
        .malformed, file: file,
        cause: "\"layer_types\" names \(types?.count ?? 0) layers, and there are \(layers)",
        fix: "take config.json from the model's own folder")
    }
    if case .switched = self, config["use_sliding_window"]?.bool != true { window = nil }
    guard let window else { return [] }
    try checkPeriod(config, isNeeded: types == nil, file: file)
    return types?.map { $0.string == Self.sliding ? window : nil }
      ?? (0..<layers).map { slides($0, config) ? window : nil }
  }

  /// The period may be a word, as "LLLG", where the kinds of layers are listed.
  private func checkPeriod(
    _ config: JSONObject, isNeeded: Bool, file: String
  ) throws(FileError) {
    guard case .pattern(_, let key?, _) = self, let value = config[key], !value.isNull else {
      return
    }
    if let period = value.int, KeyTable.sizes.contains(period) { return }
    if value.string != nil, !isNeeded { return }
    throw FileError(
      .malformed, file: file,
      cause: "\"\(key)\" is \(value.excerpt), and should say every how many layers one sees all",
      fix: "list the kinds of layers as \"layer_types\"")
  }

  private var ggufStandard: Int? {
    if case .pattern(_, _, let window) = self { window } else { nil }
  }

  /// The same from a GGUF file, which names the window only; 0 stands for none.
  func windows(
    gguf metadata: GGUFMetadata, _ name: String, layers: Int
  ) throws(FileError) -> [Int?] {
    let named = try metadata.integerIfPresent("\(name).\(GGUFKey.window)")
    guard let window = named ?? ggufStandard, window > 0 else { return [] }
    return (0..<layers).map { slides($0, JSONObject()) ? window : nil }
  }

  /// What config.json says of layers that have these windows.
  ///
  /// - Parameter window: that of a layer; nil for none.
  func settings(layers: Int, window: (Int) -> Int?) -> [(String, JSONValue)] {
    let windows = (0..<layers).map(window)
    let width = windows.compactMap(\.self).first
    let named: [(String, JSONValue)] = [("sliding_window", width.map { .int($0) } ?? .null)]
    let types = windows.map { JSONValue.string($0 == nil ? Self.full : Self.sliding) }
    switch self {
    case .none: return []
    case .every: return named
    case .switched:
      return named + [("layer_types", .array(types)), ("use_sliding_window", .bool(width != nil))]
    case .pattern: return named + [("layer_types", .array(types))]
    }
  }

  private func slides(_ layer: Int, _ config: JSONObject) -> Bool {
    switch self {
    case .none: return false
    case .every: return true
    case .switched: return layer >= config["max_window_layers"]?.int ?? 28
    case .pattern(let period, let key, _):
      return (layer + 1) % (key.flatMap { config[$0]?.int } ?? period) != 0
    }
  }
}
