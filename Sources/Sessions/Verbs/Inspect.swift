import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Inspect: Verb {
  static let adapter = "adapter"
  static let model = "model"
  static let data = "data"

  package static let subject = Argument.requiredWord(
    "subject", [adapter, model, data] + Architecture.moduleNames,
    "adapter, model, data, or a module such as q_proj")
  package static let layer = Argument.int(
    "layer", 0...10_000, default: 0, "the block of a module")
  package static let row = Argument.int("row", 1...Int.max, default: 1, "the row of data, from 1")

  package static let declaration = VerbDeclaration(
    "inspect", "looks inside the adapter, the model, a matrix or a row of data",
    arguments: [subject, layer, row],
    fields: [
      FieldDeclaration("subject", "word", "what was looked at; the other fields depend on it")
    ], hasOpenFields: true,
    effects: [
      .needs(.model), .needs(.adapter, when: .word(subject, adapter)),
      .needs(.dataset, when: .word(subject, data)),
    ],
    examples: ["inspect model", "inspect q_proj, layer: 1", "inspect data, row: 1"],
    related: ["lora", "dataset", "quantize"],
    details: """
      Of an adapter it tells, for each module, the Frobenius norm of alpha/rank · B·A over all \
      blocks: what training has changed. Of a matrix it tells the format, the bits a weight, and \
      the error against the weights as the file has them; of a row of data the text, and which \
      part of it is only read and which is learnt.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.inspect(call)
  }
}

extension Session {
  func inspect(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Inspect.name)
    let subject = call[Inspect.subject]
    switch subject {
    case Inspect.adapter: return .record(try inspectAdapter(model))
    case Inspect.data: return .record(try inspectRow(call[Inspect.row], model))
    case Inspect.model: return .record(inspectModel(model))
    default:
      let module = try module(named: subject, of: model.decoder.description)
      return .record(try inspectMatrix(module, layer: call[Inspect.layer], model))
    }
  }

  private func inspectModel(_ model: ModelInUse) -> Record {
    let (description, weights) = (model.decoder.description, model.decoder.weights)
    let sizes = description.sizes
    return Record([
      ("subject", .word(Inspect.model)), ("name", .string(model.loaded.name)),
      ("layers", .int(sizes.layers)), ("hidden", .int(sizes.hidden)),
      ("intermediate", .int(sizes.intermediate)),
      ("heads", .int(sizes.heads)),
      ("key_value_heads", .int(sizes.keyValueHeads)),
      ("vocabulary", .int(sizes.vocabulary)),
      ("tied_head", .bool(description.tiesHead)),
      ("linear_format", .word(formats(of: weights.linears))),
      ("embedding_format", .word(weights.embedding.format.rawValue)),
      ("bytes", .size(weights.byteCount)),
      ("precision", .word(model.compute.precision.rawValue)),
      ("kernels", .string(Kernels.name)),
      ("threads", .int(model.compute.pool.threadCount)),
    ])
  }

  /// Each format once, the most frequent first.
  private func formats(of matrices: [FrozenMatrix]) -> String {
    var counts: [WeightFormat: Int] = [:]
    for matrix in matrices { counts[matrix.format, default: 0] += 1 }
    let sorted = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
    return sorted.isEmpty ? "none" : sorted.map(\.key.rawValue).joined(separator: ", ")
  }

  private func inspectAdapter(_ model: ModelInUse) throws(VerbFailure) -> Record {
    guard let current = state.adapter else {
      throw VerbFailure(
        "E0401", "there is no adapter to look at", argument: Inspect.subject, help: "lora rank: 8")
    }
    var record = Record([("subject", .word(Inspect.adapter)), ("name", .string(current.name))])
    for field in summary(of: current.adapter, in: model).fields { record[field.name] = field.value }
    record["targets"] = .list(
      model.decoder.description.names(of: current.adapter.configuration.targets).map { .word($0) })
    record["steps"] = .int(current.steps)
    record["update_norms"] = .record(updateNorms(current.adapter))
    return record
  }

  /// The Frobenius norm of scale · B · A of each module, over all blocks: what training has changed.
  /// ‖BA‖² = Σ (BᵀB ∘ AAᵀ), so the product itself is never made.
  private func updateNorms(_ adapter: Adapter) -> Record {
    var squares: [LinearRole: Double] = [:]
    for entry in adapter.parameters.layout.entries {
      let pair = adapter.parameters.pair(entry)
      var sum = 0.0
      for i in 0..<pair.a.rows {
        for j in 0..<pair.a.rows {
          sum +=
            Double(pair.a.dot(rows: i, j)) * Double(pair.bTransposed.dot(rows: i, j))
        }
      }
      squares[entry.role, default: 0] += max(0, sum)
    }
    let scale = Double(adapter.configuration.scale)
    let model = adapter.parameters.layout.model
    return Record(
      model.linears.compactMap { module in
        squares[module.role].map {
          (model.names(of: [module.role])[0], .float(scale * $0.squareRoot()))
        }
      })
  }

  private func inspectMatrix(
    _ module: LinearModule, layer: Int, _ model: ModelInUse
  ) throws(VerbFailure) -> Record {
    let blocks = model.decoder.weights.blocks
    guard blocks.indices.contains(layer) else {
      throw VerbFailure(
        "E0407", "there is no block \(layer): the model has \(blocks.count)",
        argument: Inspect.layer,
        help: "blocks count from 0 to \(blocks.count - 1)")
    }
    let matrix = blocks[layer][module.role].weight
    let original = model.loaded.decoder.weights.blocks[layer][module.role].weight
    let error = matrix.error(against: original, with: model.compute)
    var first = [Float](repeating: 0, count: matrix.columns)
    unsafe first.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe matrix.dequantize(row: 0, into: base) }
    }
    return Record([
      ("subject", .word(module.name)), ("layer", .int(layer)),
      ("rows", .int(matrix.rows)), ("columns", .int(matrix.columns)),
      ("format", .word(matrix.format.rawValue)),
      ("bits_per_weight", .float(matrix.bitsPerWeight)), ("bytes", .size(matrix.byteCount)),
      ("rms_error", .float(error.rootMeanSquare)), ("max_error", .float(Double(error.largest))),
      ("first_weights", .list(first.prefix(8).map { .float(Double($0)) })),
    ])
  }

  /// A row as the model reads it, whole, and of it what is only read and what is learnt.
  private func inspectRow(_ number: Int, _ model: ModelInUse) throws(VerbFailure) -> Record {
    let data = try requireData(Inspect.name)
    let rows = data.dataset.tokenized
    guard rows.indices.contains(number - 1) else {
      throw VerbFailure(
        "E0423", "there is no row \(number): the dataset has \(rows.count)", argument: Inspect.row,
        help: "rows count from 1")
    }
    let row = rows[number - 1]
    let tokenizer = model.loaded.tokenizer
    func text(trained: Bool) -> String {
      tokenizer.readable(zip(row.tokens, row.trained).filter { $0.1 == trained }.map(\.0))
    }
    return Record([
      ("subject", .word(Inspect.data)), ("row", .int(number)), ("line", .int(row.line)),
      ("tokens", .int(row.tokens.count)), ("trained_tokens", .int(row.trainedCount)),
      ("text", .string(tokenizer.readable(row.tokens))),
      ("read", .string(text(trained: false))), ("learnt", .string(text(trained: true))),
      ("ids", .list(row.tokens.map { .int(Int($0)) })),
      ("trained", .list(row.trained.map { .bool($0) })),
    ])
  }
}
