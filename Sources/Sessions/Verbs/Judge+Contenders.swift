import Models
import RecipeLanguage
import Tensors

/// A model that is judged.
struct Contender {
  let name: String
  let model: DecoderModel
  let adapter: Adapter?
  /// What it was trained on, where adapters are judged.
  var rows: TrainedRows?
  /// Bits a weight, bytes and error, where formats are judged.
  var storage: (bits: Double, bytes: Int, error: Double)?

  init(_ name: String, _ model: DecoderModel, _ adapter: Adapter?) {
    self.name = name
    self.model = model
    self.adapter = adapter
  }
}

/// Who is judged.
extension Session {
  /// What a call of `judge` names, each once.
  func contenders(
    _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [Contender] {
    if let names = call[Judge.formats] { return try formats(names, model) }
    let found = try adapters(call[Judge.adapters])
    guard found.count > 1,
      Set(found.map { $0.adapter.map { ObjectIdentifier($0.adapter) } }).count == found.count
    else {
      throw VerbFailure(
        "E0401", "there are not two different things to judge",
        argument: call.has(Judge.adapters) ? Judge.adapters : nil,
        help: "name adapters, or base: judge adapters: [base, \"default\"]; or formats: [int8, nf4]"
      )
    }
    var contenders: [Contender] = []
    for (name, adapter) in found {
      // two trainings of one adapter have one name
      var title = name
      var number = 1
      while contenders.contains(where: { $0.name == title }) {
        number += 1
        title = "\(name) \(number)"
      }
      var contender = Contender(title, model.decoder, adapter?.adapter)
      contender.rows = adapter?.rows
      contenders.append(contender)
    }
    return contenders
  }

  /// Adapters with what they are called in the table; nil for the base.
  private typealias NamedAdapter = (name: String, adapter: AdapterInUse?)

  /// - Parameter given: what `adapters` was given; nil stands for the adapter in use.
  private func adapters(_ given: Value?) throws(VerbFailure) -> [NamedAdapter] {
    let base: NamedAdapter = (Use.base, nil)
    switch given {
    case .table(let table)?:
      return [base]
        + (try table.rows.map { (row) throws(VerbFailure) in
          (row.label, try trained(row.record))
        })
    case .list(let values)?:
      return try values.map { (value) throws(VerbFailure) in try namedAdapter(value) }
    case let value?: return [base, try namedAdapter(value)]
    case nil:
      guard let name = state.activeAdapter else { return [base] }
      return [base, try namedAdapter(.string(name))]
    }
  }

  private func namedAdapter(_ value: Value) throws(VerbFailure) -> NamedAdapter {
    if case .record(let record) = value {
      let found = try trained(record)
      return (record["name"]?.text ?? found.name, found)
    }
    let name = value.text ?? Use.base
    return (name, name == Use.base ? nil : try adapter(named: name, Judge.adapters))
  }

  /// The adapter that a value stands for.
  private func trained(_ record: Record) throws(VerbFailure) -> AdapterInUse {
    guard let found = adapter(of: record.reference) else {
      throw VerbFailure(
        "E0417", "this record stands for no adapter", argument: Judge.adapters,
        help:
          "take what `train` gave, a run of a loop, or a name: judge adapters: [base, \"default\"]")
    }
    try requireBase(of: found, named: Judge.adapters)
    return found
  }

  private func formats(_ names: [String], _ model: ModelInUse) throws(VerbFailure) -> [Contender] {
    if let merged = model.merged {
      throw VerbFailure(
        "E0442", "formats are made of the file's weights, and the base in use is \(merged.name)",
        argument: Judge.formats, help: "`quantize keep` comes back to the weights of the file")
    }
    let adapter = state.adapter?.adapter
    let original = model.loaded.decoder
    var contenders = [Contender("as in the file", original, adapter)]
    contenders[0].storage = (bits(original.weights), original.weights.byteCount, 0)
    for name in names {
      guard let format = WeightFormat(rawValue: name) else { continue }
      let scheme = QuantizationScheme(format: format)
      try requireBlocks(of: scheme, fitting: model, block: Judge.formats, scheme: Judge.formats)
      let (weights, report) = original.weights.quantized(
        to: scheme, skipping: [], includesHead: false, with: model.compute)
      var contender = Contender(name, original.with(weights), adapter)
      contender.storage = (report.bitsPerWeight, report.bytes, report.error.rootMeanSquare)
      contenders.append(contender)
    }
    return contenders
  }

  private func bits(_ weights: FrozenWeights) -> Double {
    let linears = weights.linears
    let elements = linears.reduce(0) { $0 + $1.elementCount }
    return Double(linears.reduce(0) { $0 + $1.byteCount }) * 8 / Double(max(1, elements))
  }
}
