import Diagnostics
import RecipeLanguage

/// Which values are no longer what their cells would give now, since the model, the data or a file that
/// they were made with is another by now.
struct Staleness {
  private let cells: [Cell]
  private let origin: (String) -> Int?

  /// - Parameters:
  ///   - cells: all that count.
  ///   - origin: the number of the cell that bound a name.
  init(_ cells: [Cell], origin: @escaping (String) -> Int?) {
    self.cells = cells
    self.origin = origin
  }

  /// What replaces what a command works with.
  private static let replacements: [String: Need] = [
    "load": .model, "quantize": .model, "dataset": .dataset, "split": .dataset,
  ]

  /// What has made the values of a cell stale, such as `quantize in 5`; nil if nothing has.
  func reason(ofCell number: Int) -> String? {
    guard let cell = cells.first(where: { $0.number == number }) else { return nil }
    let tree = Parser.parse(SourceText(name: "cell", text: cell.text))
    var needs: Set<Need> = []
    var names: [String] = []
    for statement in tree.statements {
      statement.walkCommands { command in
        needs.formUnion(VerbCatalog.verb(named: command.verb.text)?.needs ?? [])
      }
      statement.walk { statement in
        for expression in statement.expressions {
          expression.walk { if case .name(let name) = $0.kind { names.append(name) } }
        }
      }
    }
    return replacement(of: needs, after: number) ?? editedFile(of: needs, before: number)
      ?? staleInput(names, ofCell: number)
  }

  private func replacement(of needs: Set<Need>, after number: Int) -> String? {
    for cell in cells where cell.number > number {
      if let verb = cell.verbs.first(where: { Self.replacements[$0].map(needs.contains) ?? false })
      {
        return "\(verb) in \(cell.number)"
      }
    }
    return nil
  }

  private func editedFile(of needs: Set<Need>, before number: Int) -> String? {
    for (verb, need) in [("load", Need.model), ("dataset", .dataset)] where needs.contains(need) {
      let reader = cells.last { $0.number <= number && $0.verbs.contains(verb) }
      if let input = reader?.inputs.first(where: { InputStamp($0.name) != $0 }) {
        return "\(input.name) edited"
      }
    }
    return nil
  }

  private func staleInput(_ names: [String], ofCell number: Int) -> String? {
    names.first { name in
      guard let cell = PromptName.cell(of: name) ?? origin(name), cell < number else {
        return false
      }
      return reason(ofCell: cell) != nil
    }.map { "as \($0) is" }
  }
}
