import Models
import RecipeLanguage
import Tokenizers

/// What `lora` trains of embedding and head themselves: rows of tokens, and whether both stay one matrix.
extension Session {
  /// Takes them into a configuration whose layers and modules are chosen.
  func chooseTables(
    _ configuration: inout LoRAConfiguration, _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) {
    configuration.tokens = try trainedTokens(call, of: model)
    let isAsked = call[LoRA.ensuresTying]
    if let obstacle = model.tie(&configuration, isAsked: isAsked) {
      throw VerbFailure("E0212", obstacle, argument: LoRA.ensuresTying, help: "leave it out")
    }
    if let obstacle = model.obstacle(toRowsOf: configuration) {
      throw VerbFailure(
        "E0212", "rows of tokens cannot be trained: \(obstacle)", argument: LoRA.tokens,
        help: "leave one of them out")
    }
    if isAsked, !configuration.tiesTables(of: model) {
      throw VerbFailure(
        "E0212",
        model.tiesHead
          ? "neither embedding nor head is trained itself, so that there is nothing to tie"
          : "the embedding and the output head of this model are two matrices",
        argument: LoRA.ensuresTying, help: "leave it out")
    }
  }

  private func trainedTokens(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> [TokenTable: [Int]] {
    guard let value = call[LoRA.tokens] else { return [:] }
    if case .list(let list) = value { return [.embedding: try tokens(list, of: model)] }
    guard case .record(let record) = value else { return [:] }
    var result: [TokenTable: [Int]] = [:]
    for field in record.fields {
      let table = TokenTable.allCases.first { model.name(of: .table($0)) == field.name }
      guard let table, case .list(let list) = field.value else {
        let names = TokenTable.allCases.map { model.name(of: .table($0)) }
        throw VerbFailure(
          "E0407", "`\(field.name)` has \(field.value.source)", argument: LoRA.tokens,
          help: "a list of tokens for \(names.joined(separator: " or "))")
      }
      result[table] = try tokens(list, of: model)
    }
    return result
  }

  /// Ids of the vocabulary, each once.
  private func tokens(
    _ list: [Value], of model: DecoderDescription
  ) throws(VerbFailure) -> [Int] {
    var ids: [Int] = []
    for value in list {
      let id = try token(value)
      guard (0..<model.sizes.vocabulary).contains(id), !ids.contains(id) else {
        throw VerbFailure(
          "E0204", ids.contains(id) ? "the token \(id) is named twice" : "there is no token \(id)",
          argument: LoRA.tokens, help: "ids count from 0 to \(model.sizes.vocabulary - 1)")
      }
      ids.append(id)
    }
    guard !ids.isEmpty else {
      throw VerbFailure(
        "E0204", "no token is named", argument: LoRA.tokens, help: "leave the argument out")
    }
    return ids
  }

  private func token(_ value: Value) throws(VerbFailure) -> Int {
    switch value {
    case .int(let id): return id
    case .string(let text):
      let tokenizer = try requireModel(LoRA.name).loaded.tokenizer
      let found = tokenizer.encode(text, parseSpecial: true)
      if found.count == 1 { return Int(found[0]) }
      throw VerbFailure(
        "E0204",
        "\(NumberText.quoted(text)) is \(found.count) tokens: "
          + found.map(String.init).joined(separator: ", "), argument: LoRA.tokens,
        help: "name one token by its text, with the space before it, or by its id")
    default:
      throw VerbFailure(
        "E0204", "\(value.source) is no token", argument: LoRA.tokens,
        help: "a token's text or id")
    }
  }
}
