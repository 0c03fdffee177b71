import Diagnostics
import RecipeLanguage

/// Which values are no longer what their cells would give now, since the model, the adapter, the data or
/// a file that they were made with is another by now.
package struct Staleness {
  private let cells: [(cell: Cell, statements: [Statement])]
  private let environment: Environment

  /// - Parameters:
  ///   - cells: all that count.
  ///   - environment: which cell bound which name.
  init(_ cells: [Cell], _ environment: Environment) {
    self.cells = cells.map {
      ($0, Parser.parse(SourceText(name: "cell", text: $0.text)).statements)
    }
    self.environment = environment
  }

  /// What replaces what a command works with. A loop replaces nothing: it leaves the state as it was.
  private static let replacements: [String: Need] = [
    "load": .model, "quantize": .model, "lora": .adapter, "train": .adapter, "use": .adapter,
    "dataset": .dataset, "split": .dataset,
  ]
  /// Commands that do without an adapter, and work with it where there is one.
  private static let measuring: Set<String> = ["eval", "perplexity", "generate"]

  /// What has made the value of a name stale, such as `quantize in 5`; nil if nothing has.
  package func reason(of name: String) -> String? {
    guard let number = PromptName.cell(of: name) ?? environment.binding(name)?.cell,
      let index = cells.firstIndex(where: { $0.cell.number == number }),
      let place = place(of: name, inCellAt: index)
    else { return nil }
    let statement = cells[index].statements[place]
    let needs = needs(of: statement)
    return replacement(of: needs, behind: place, inCellAt: index)
      ?? editedFile(of: needs, before: number) ?? staleInput(of: statement, ofCell: number)
  }

  private func place(of name: String, inCellAt index: Int) -> Int? {
    let statements = cells[index].statements
    let binding = statements.firstIndex {
      if case .binding(let bound, _) = $0.kind { bound.text == name } else { false }
    }
    return binding ?? statements.lastIndex { !$0.isProse }
  }

  /// What the commands of a statement found and did not make themselves.
  private func needs(of statement: Statement) -> Set<Need> {
    var needs: Set<Need> = []
    var made: Set<Need> = []
    statement.walkCommands { command in
      guard let verb = VerbCatalog.verb(named: command.verb.text) else { return }
      needs.formUnion(Set(verb.needs).subtracting(made))
      if Self.measuring.contains(verb.name), !made.contains(.adapter) { needs.insert(.adapter) }
      if let gift = verb.gives { made.insert(gift) }
    }
    return needs
  }

  private func replacement(
    of needs: Set<Need>, behind place: Int, inCellAt index: Int
  ) -> String? {
    for later in cells.indices[index...] {
      let statements = cells[later].statements.dropFirst(later == index ? place + 1 : 0)
      for statement in statements where statement.loop == nil {
        var verb: String?
        statement.walkCommands { command in
          if let need = Self.replacements[command.verb.text], needs.contains(need) {
            verb = verb ?? command.verb.text
          }
        }
        if let verb { return "\(verb) in \(cells[later].cell.number)" }
      }
    }
    return nil
  }

  private func editedFile(of needs: Set<Need>, before number: Int) -> String? {
    for (verb, need) in [("load", Need.model), ("dataset", .dataset)] where needs.contains(need) {
      let reader = cells.last { $0.cell.number <= number && $0.cell.verbs.contains(verb) }
      if let input = reader?.cell.inputs.first(where: { InputStamp($0.name) != $0 }) {
        return "\(input.name) edited"
      }
    }
    return nil
  }

  private func staleInput(of statement: Statement, ofCell number: Int) -> String? {
    var names: [String] = []
    statement.walk { statement in
      for expression in statement.expressions {
        expression.walk { if case .name(let name) = $0.kind { names.append(name) } }
      }
    }
    return names.first { name in
      guard let cell = PromptName.cell(of: name) ?? environment.binding(name)?.cell,
        cell < number
      else { return false }
      return reason(of: name) != nil
    }.map { "as \($0) is" }
  }
}
