import Checkpoints
import Files

/// What an `adapter_config.json` trains of embedding and head themselves: rows of tokens, and whether both stay one
/// matrix, after the rules of PEFT 0.21 (`set_additional_trainable_modules`, `_check_tied_modules`).
struct AdapterTables {
  private static let tokensKey = "trainable_token_indices"
  static let tyingKey = "ensure_weight_tying"

  private let config: JSONObject
  private let file: String
  private let model: DecoderDescription

  init(_ config: JSONObject, file: String, model: DecoderDescription) {
    (self.config, self.file, self.model) = (config, file, model)
  }

  /// What a configuration has for the keys; none where nothing of it is needed.
  static func values(
    of configuration: LoRAConfiguration, on model: DecoderDescription
  ) -> [(key: String, value: JSONValue)] {
    var values: [(String, JSONValue)] = []
    let tokens = configuration.tokens.mapValues { JSONValue.array($0.map { .int($0) }) }
    if let list = tokens[.embedding], tokens.count == 1 {
      values.append((tokensKey, list))
    } else if !tokens.isEmpty {
      var object = JSONObject()
      for table in TokenTable.allCases {
        if let list = tokens[table] { object[model.path(at: .table(table))] = list }
      }
      values.append((tokensKey, .object(object)))
    }
    if configuration.ensuresTying { values.append((tyingKey, true)) }
    return values
  }

  /// Takes them into a configuration whose layers and modules are chosen.
  func choose(for configuration: inout LoRAConfiguration) throws(FileError) {
    configuration.tokens = try tokens()
    let isAsked = config[Self.tyingKey]?.bool == true
    if let obstacle = model.tie(&configuration, isAsked: isAsked) {
      throw FileError(
        .unsupported, file: file, cause: "\"\(Self.tyingKey)\" is true, and \(obstacle)",
        fix: "train the adapter without it")
    }
    if let obstacle = model.obstacle(toRowsOf: configuration) {
      throw FileError(
        .unsupported, file: file, cause: "\"\(Self.tokensKey)\" is given, and \(obstacle)",
        fix: "train the adapter without it")
    }
  }

  private func tokens() throws(FileError) -> [TokenTable: [Int]] {
    guard let value = config[Self.tokensKey], !value.isNull else { return [:] }
    if let list = value.array { return [.embedding: try tokens(list)] }
    guard let object = value.object else { throw malformed(value) }
    var result: [TokenTable: [Int]] = [:]
    for member in object.members {
      let places = model.savedModules(named: member.key)
      guard places.count == 1, let table = places.first?.table, result[table] == nil,
        let list = member.value.array
      else {
        throw FileError(
          .unsupported, file: file,
          cause:
            "\"\(Self.tokensKey)\" names \(JSONValue.string(member.key).excerpt), and should name "
            + "the embedding or the output head and have a list for it",
          fix: "this model has "
            + TokenTable.allCases.map { model.path(at: .table($0)) }
            .joined(separator: " and "))
      }
      result[table] = try tokens(list)
    }
    return result
  }

  private func tokens(_ list: [JSONValue]) throws(FileError) -> [Int] {
    let tokens = list.compactMap(\.int)
    let known = 0..<model.sizes.vocabulary
    guard tokens.count == list.count, !tokens.isEmpty, tokens.allSatisfy(known.contains),
      Set(tokens).count == tokens.count
    else { throw malformed(.array(list)) }
    return tokens
  }

  private func malformed(_ value: JSONValue) -> FileError {
    FileError(
      .malformed, file: file,
      cause:
        "\"\(Self.tokensKey)\" is \(value.excerpt), and should list different tokens from 0 to "
        + "\(model.sizes.vocabulary - 1)",
      fix: "load the model that the adapter was trained on")
  }
}

extension DecoderDescription {
  /// Makes the embedding and the head of a configuration one, as far as the model has one matrix for both: equal rows
  /// of tokens always, a table that is trained itself where that is asked for.
  ///
  /// - Returns: what speaks against it, as a clause.
  package func tie(_ configuration: inout LoRAConfiguration, isAsked: Bool) -> String? {
    guard tiesHead else { return nil }
    let rows = configuration.tokens
    if let own = rows[.head], rows[.embedding] == own { configuration.tokens[.head] = nil }
    guard isAsked else { return nil }
    if configuration.tokens.count > 1 {
      return "embedding and head, which are one matrix, have other tokens than each other"
    }
    if !configuration.tables.isEmpty {
      return "a pair beside one of them would be two matrices for embedding and head"
    }
    let tables = TokenTable.allCases.map { ModulePlace.table($0) }
    guard !configuration.saved.isDisjoint(with: tables) else { return nil }
    configuration.saved.subtract(tables)
    configuration.saved.insert(.table(.embedding))
    configuration.ensuresTying = true
    return nil
  }

  /// Why rows of tokens cannot be trained beside the rest of a configuration, as a clause; nil where they can.
  package func obstacle(toRowsOf configuration: LoRAConfiguration) -> String? {
    guard !configuration.tokens.isEmpty else { return nil }
    var tables = Set(configuration.tokens.keys)
    if tables.contains(.head), headHasBias { return "the output head of this model adds a bias" }
    if configuration.tiesTables(of: self) { tables.formUnion(TokenTable.allCases) }
    for table in tables.sorted() {
      let name = name(of: .table(table))
      if configuration.tables.contains(table) { return "\(name) has a pair as well" }
      if configuration.saved.contains(.table(table)) { return "\(name) is trained as a whole" }
    }
    return nil
  }
}
