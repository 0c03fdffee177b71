import Models
import RecipeLanguage

package enum Combine: Verb {
  package static let weights = Argument.requiredValue(
    "adapters", .record, "how much of each adapter: {first: 0.7, second: 0.3}")
  package static let method = Argument<CombinationMethod>.choice(
    "method", default: .cat, foreign: ["combination_type"],
    "cat is the exact sum; svd cuts its rank; the others mix A with A and B with B")
  package static let rank = Argument<Int?>.int(
    "rank", LoRA.mostRank, foreign: ["svd_rank"], "of svd; the largest of theirs if not given")
  package static let density = Argument<Double>.number(
    "density", 0.01...1, default: 0.5, "the share of numbers that ties and dare keep")
  package static let adapterName = Argument<String?>.text(
    "name", "what `use` calls it; \"combined\" if not given")

  static let standardName = "combined"

  package static let declaration = VerbDeclaration(
    "combine", "weighs and adds adapters, and uses the sum",
    arguments: [weights, method, rank, density, adapterName],
    fields: [
      FieldDeclaration("name", "string", "the adapter that is in use now"),
      FieldDeclaration("rank", "int", "the largest rank of its layers"),
      FieldDeclaration("trainable", "int", "numbers in A and B"),
      FieldDeclaration("adapters", "int", "how many were added"),
    ],
    effects: [.needs(.model), .uses(.adapter), .gives(.adapter)],
    examples: [
      "combine {default: 0.5}", "combine {default: 0.5}, method: svd, rank: 2, name: \"half\"",
    ],
    related: ["use", "merge", "lora"], foreign: ["add_weighted_adapter", "mix", "blend"],
    uses: [(rank, with: method, word: CombinationMethod.svd.rawValue)],
    details: """
      The update of a layer is Σ weight · scale · B·A. `cat` has it exactly, with A and B of all side by \
      side; `svd` is the nearest to it of a lower rank. `linear` adds the A, and the B, each times \
      √(weight · scale): cross terms B₁·A₂ come in, so that it is another update. `ties` (arXiv 2306.01708) \
      does so with the largest numbers of each, where their signs agree, `dare_linear` and `dare_ties` (arXiv \
      2311.03099) with numbers drawn by the seed and enlarged by 1/density. As PEFT's add_weighted_adapter.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.combine(call)
  }
}

extension Session {
  fileprivate func combine(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Combine.name)
    let parts = try weighedAdapters(call)
    let ranks = parts.flatMap { $0.kept.adapter.parameters.layout.entries.map(\.rank) }
    let combination = AdapterCombination(
      parts.map { ($0.kept.adapter, $0.weight) }, method: call[Combine.method],
      rank: call[Combine.rank] ?? ranks.max() ?? 1, density: call[Combine.density],
      seed: state.seed)
    if call[Combine.method].needsEqualRanks, let place = combination.unequalPlace {
      let name = model.decoder.description.name(of: place)
      throw VerbFailure(
        "E0443",
        "`\(call[Combine.method].rawValue)` adds A to A, and the ranks beside \(name)"
          + (place.layer.map { " of block \($0)" } ?? "") + " differ", argument: Combine.method,
        help: "method: cat, or method: svd")
    }
    guard let combined = combination.combined() else {
      throw VerbFailure(
        "E0410", "an adapter holds values that are no finite numbers", argument: Combine.weights,
        help: "train it again with a smaller lr")
    }
    var rows = TrainedRows()
    for part in parts { for hash in part.kept.rows.hashes { rows.insert(hash) } }
    let name = call[Combine.adapterName] ?? Combine.standardName
    try requireName(name, Combine.adapterName)
    take(
      AdapterInUse(
        name: name, adapter: combined, base: model.identity,
        trainedOn: parts[0].kept.trainedOn, steps: parts.map(\.kept.steps).max() ?? 0, rows: rows,
        curve: nil))
    return .record(
      Record([
        ("name", .string(name)), ("rank", .int(combined.configuration.rank)),
        ("trainable", .int(combined.trainableCount)), ("adapters", .int(parts.count)),
      ]))
  }

  private func weighedAdapters(
    _ call: VerbCall
  ) throws(VerbFailure) -> [(kept: AdapterInUse, weight: Double)] {
    guard case .record(let record) = call[Combine.weights], !record.fields.isEmpty else {
      throw VerbFailure(
        "E0414", "no adapter is named", argument: Combine.weights,
        help: "for example {first: 0.7, second: 0.3}")
    }
    var parts: [(kept: AdapterInUse, weight: Double)] = []
    for field in record.fields {
      let kept = try adapter(named: field.name, Combine.weights)
      guard let weight = field.value.number, weight.isFinite,
        abs(weight) <= LoRA.mostAlpha.upperBound
      else {
        throw VerbFailure(
          "E0204", "the weight of `\(field.name)` is \(field.value.source), not a number",
          argument: Combine.weights, help: "for example {\(field.name): 0.5}")
      }
      guard !kept.adapter.configuration.isWeightDecomposed else {
        throw VerbFailure(
          "E0443", "`\(field.name)` is weight-decomposed (DoRA), and such updates are no sums",
          argument: Combine.weights, help: "fold it into the base: use it, then merge")
      }
      guard kept.adapter.configuration.biases == .none else {
        throw VerbFailure(
          "E0443", "`\(field.name)` has trained biases, which are no updates to add",
          argument: Combine.weights, help: "fold it into the base: use it, then merge")
      }
      guard kept.adapter.configuration.saved.isEmpty, kept.adapter.configuration.tokens.isEmpty
      else {
        throw VerbFailure(
          "E0443",
          "`\(field.name)` has modules or tokens that are trained themselves (\(LoRA.saved.name), "
            + "\(LoRA.tokens.name)), which are no updates to add",
          argument: Combine.weights, help: "fold it into the base: use it, then merge")
      }
      parts.append((kept, weight))
    }
    return parts
  }
}
