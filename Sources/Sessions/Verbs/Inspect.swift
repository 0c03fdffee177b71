import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Inspect: Verb {
  static let adapter = "adapter"
  static let model = "model"
  static let data = "data"
  static let next = "next"
  static let attention = "attention"
  static let worst = "worst"
  /// Tables of all pairs of tokens stay small.
  static let mostTokensOfAttention = 512

  package static let subject = Argument.requiredWord(
    "subject", [adapter, model, data, next, attention, worst] + Architecture.moduleNames,
    "adapter, model, data, next, attention, worst, or a module such as q_proj")
  package static let text = Argument.textInPlace(
    "text", "with inspect next what comes before the token, with inspect attention what is read")
  package static let layer = Argument.int(
    "layer", 0...10_000, default: 0,
    "the block of a module or of attention; of an adapter its first if not given")
  package static let head = Argument<Int?>.int(
    "head", 0...10_000, "the head of attention; the mean of all if not given")
  package static let against = Argument<String?>.text(
    "against", "another adapter, whose directions are held against those of the one in use")
  package static let row = Argument.int(
    "row", 1...Int.max, default: 1, "the row of data or of a matrix, from 1")
  package static let part = Argument<DatasetSplit.Part?>.choiceOrAuto(
    "part", DatasetSplit.Part.allCases,
    "whose row it is, counted in this part; auto counts all rows")
  package static let top = Argument.int(
    "top", 1...1_000, default: 10, "how many of the likeliest next tokens, or of the worst rows")

  package static let declaration = VerbDeclaration(
    "inspect",
    "looks inside the adapter, the model, a matrix, a row of data, the next token or attention",
    arguments: [subject, text, layer, head, row, part, top, against],
    fields: [
      FieldDeclaration("subject", "word", "what was looked at; the other fields depend on it")
    ], hasOpenFields: true,
    effects: [
      .needs(.model), .needs(.adapter, when: .word(subject, adapter)),
      .needs(.dataset, when: .word(subject, data)), .needs(.dataset, when: .word(subject, worst)),
      .needsRows(.valid, when: .word(subject, worst)), .uses(.adapter),
      .needsRowsNamed(by: part.declaration),
    ],
    examples: [
      "inspect model", "inspect q_proj, layer: 1", "inspect data, row: 1",
      "inspect next, \"The capital of France is\"",
      "inspect attention, \"one two one two\", layer: 1",
      "inspect worst, top: 3",
    ],
    related: ["lora", "dataset", "quantize"], uses: [(part, with: subject, word: data)],
    details: """
      Of a matrix it tells the format, the bits a weight, the error against the weights as the file has \
      them, and the first weights of a row on both sides: a weight is its level times the factor that \
      its block shares (plus an offset in some files), the level being what its code stands for. \
      worst_blocks lost most, median_error is that of the block in the middle.

      Of an adapter it tells, for each module, the Frobenius norm of ΔW = alpha/rank · B·A over all \
      blocks, and of each layer its norm, its effective rank (e to the entropy of the singular \
      values' shares: how many directions it uses), the share of ‖ΔW‖² in its first direction, and \
      the amplification ‖ΔW‖ / ‖UᵀWV‖ (LoRA, section 7.3): how much stronger the adapter is in its own \
      directions than the frozen weights are. With `against`, similarity is ‖UᵀV‖² / k of the first k \
      singular vectors of both (LoRA, section 7.2), of what they read and of what they write: 1 where the \
      directions are shared, and about k/inputs by chance. Of a row of data it tells the tokens in order, which of \
      them are learnt, and the loss of each in nats; of a text the likeliest next tokens, with and without \
      the adapter in use, and the entropy of all.

      Of attention it tells for each head how much tokens look in the mean at themselves, at the token before and \
      at the first one, and for each token where most of its attention goes; moved is the share of attention \
      that the adapter in use moved elsewhere.

      worst lists the rows of the part `valid` with the highest loss a token; often their labels are wrong.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.inspect(call)
  }
}

extension Session {
  func inspect(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Inspect.name)
    let subject = call[Inspect.subject]
    guard [Inspect.next, Inspect.attention].contains(subject) || call[Inspect.text] == nil else {
      throw VerbFailure(
        "E0213", "`inspect \(subject)` takes no text", argument: Inspect.text,
        help: "inspect next, \"…\" tells what the model expects behind a text")
    }
    switch subject {
    case Inspect.adapter: return .record(try inspectAdapter(call, model))
    case Inspect.data:
      return .record(try inspectRow(call[Inspect.row], of: call[Inspect.part], model))
    case Inspect.model: return .record(inspectModel(model))
    case Inspect.attention: return .record(try inspectAttention(call, model))
    case Inspect.worst: return .record(try inspectWorst(call, model))
    case Inspect.next: return .record(try inspectNext(call, model))
    default:
      let module = try module(named: subject, of: model.decoder.description)
      return .record(try inspectMatrix(module, call, model))
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

  /// Refuses a block that the model does not have.
  func requireBlock(_ layer: Int, of model: ModelInUse) throws(VerbFailure) {
    let blocks = model.decoder.weights.blocks
    if blocks.indices.contains(layer) { return }
    throw VerbFailure(
      "E0407", "there is no block \(layer): the model has \(blocks.count)",
      argument: Inspect.layer, help: "blocks count from 0 to \(blocks.count - 1)")
  }
}
