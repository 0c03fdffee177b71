import Checkpoints
import Files

/// A constant that a family's files name, and what it does.
struct ScaleKey: Sendable {
  enum Use: Sendable {
    case embedding, attention, residual
    /// Scores are divided by its square root.
    case attentionRoot
    case attentionCap
    /// Logits are divided by it, or multiplied.
    case logitDivisor, logitFactor
    case logitCap
  }

  /// The key of config.json.
  let name: String
  let use: Use
  /// Where the key is missing; nil where it then does nothing.
  let value: Double?
  /// The key of GGUF after the family's name, where it has one.
  let gguf: String?

  init(_ name: String, _ use: Use, else value: Double? = nil, gguf: String? = nil) {
    self.name = name
    self.use = use
    self.value = value
    self.gguf = gguf
  }

  private var isCap: Bool { use == .attentionCap || use == .logitCap }

  var entry: KeyTable.Entry {
    .init(name, .read(.number(KeyTable.positive), allowsNull: isCap))
  }

  /// Sets what the constant does; null stands for no cap.
  func apply(_ config: JSONObject, to scales: inout DecoderScales) {
    let named = config[name]
    guard let value = named.map(\.double) ?? value else { return }
    apply(value, to: &scales)
  }

  /// The same from a GGUF file, where 0 stands for nothing. llama.cpp has the caps of a file that does not
  /// name them from the family, and for everything else nothing.
  func apply(gguf named: Double?, to scales: inout DecoderScales) {
    guard let value = named ?? (isCap ? value : nil), value != 0 else { return }
    apply(value, to: &scales)
  }

  private func apply(_ value: Double, to scales: inout DecoderScales) {
    switch use {
    case .embedding: scales.embedding = Float(value)
    case .attention: scales.attention = Float(value)
    case .attentionRoot: scales.attention = Float(1 / value.squareRoot())
    case .attentionCap: scales.attentionCap = Float(value)
    case .residual: scales.residual = Float(value)
    case .logitDivisor: scales.logits = Float(1 / value)
    case .logitFactor: scales.logits = Float(value)
    case .logitCap: scales.logitCap = Float(value)
    }
  }
  /// What the constant must be for a model to have these scales; null for a cap that is none.
  ///
  /// - Parameter head: the size of a head, by which scores are divided where no scale says otherwise.
  func value(of scales: DecoderScales, head: Int) -> JSONValue {
    let attention = scales.attention ?? 1 / Float(head).squareRoot()
    return switch use {
    case .embedding: JSONValue(scales.embedding)
    case .attention: JSONValue(attention)
    case .attentionRoot: Self.square(inverseRoot: attention)
    case .attentionCap: scales.attentionCap.map { JSONValue($0) } ?? .null
    case .residual: JSONValue(scales.residual)
    case .logitDivisor: JSONValue(1 / scales.logits)
    case .logitFactor: JSONValue(scales.logits)
    case .logitCap: scales.logitCap.map { JSONValue($0) } ?? .null
    }
  }

  /// The number whose inverse root is this; a whole one where one is.
  private static func square(inverseRoot root: Float) -> JSONValue {
    let square = 1 / (Double(root) * Double(root))
    let whole = square.rounded()
    guard Float(1 / whole.squareRoot()) == root, let number = Int(exactly: whole) else {
      return JSONValue(Float(square))
    }
    return .int(number)
  }
}
