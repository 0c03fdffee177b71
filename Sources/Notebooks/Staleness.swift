import Diagnostics
import RecipeLanguage
import Sessions

/// Tells which values are out of date: the model, adapter, data or a file they were computed from has
/// changed since their cell ran.
package struct Staleness {
  private let cells: [(cell: Cell, statements: [Statement])]
  private let environment: Environment

  /// - Parameters:
  ///   - cells: the accepted cells of the session, in order.
  ///   - environment: which cell bound which name.
  init(_ cells: [Cell], _ environment: Environment) {
    self.cells = cells.map {
      ($0, Parser.parse(SourceText(name: "cell", text: $0.text)).statements)
    }
    self.environment = environment
  }

  /// What has made the value of a name stale, such as `quantize in 5`; nil if nothing has.
  package func reason(of name: String) -> String? { reason(of: name, usedBy: nil) }

  /// - Parameter user: the cell that used the value. What that replaced itself, as a training that goes on
  ///   replaces the adapter it began with, made the value stale for others only.
  private func reason(of name: String, usedBy user: Int?) -> String? {
    guard let number = PromptName.cell(of: name) ?? environment.binding(name)?.cell,
      let index = cells.firstIndex(where: { $0.cell.number == number }),
      let place = place(of: name, inCellAt: index)
    else { return nil }
    let statement = cells[index].statements[place]
    let needs = needs(of: statement, hasAdapter: hasAdapter(before: place, inCellAt: index))
    if let (verb, cell) = replacement(of: needs, behind: place, inCellAt: index), cell != user {
      return "\(verb) in \(cell)"
    }
    return editedFile(of: needs, before: number) ?? staleInput(of: statement, ofCell: number)
  }

  private func place(of name: String, inCellAt index: Int) -> Int? {
    let statements = cells[index].statements
    let binding = statements.firstIndex {
      if case .binding(let bound, _) = $0.kind { bound.text == name } else { false }
    }
    return binding ?? statements.lastIndex { !$0.isProse }
  }

  /// What the commands of a statement depend on and did not produce themselves. What was measured without an
  /// adapter, a baseline, depends on none.
  private func needs(of statement: Statement, hasAdapter: Bool) -> Set<Need> {
    var needs: Set<Need> = []
    var made: Set<Need> = []
    statement.walkCommands { command in
      guard let verb = VerbCatalog.standard.verb(of: command) else { return }
      let arguments = WrittenArguments(command, of: verb)
      needs.formUnion(verb.basis(for: arguments).subtracting(made))
      made.formUnion(verb.gifts(for: arguments))
    }
    return hasAdapter ? needs : needs.subtracting([.adapter])
  }

  /// Whether an adapter is in use where a statement begins.
  private func hasAdapter(before place: Int, inCellAt index: Int) -> Bool {
    let (cell, statements) = cells[index]
    var hasAdapter = cell.before.state.adapter != nil
    for statement in statements.prefix(place) where statement.loop == nil {
      statement.walkCommands { command in
        guard let verb = VerbCatalog.standard.verb(of: command) else { return }
        let arguments = WrittenArguments(command, of: verb)
        if verb.removed(for: arguments).contains(.adapter) { hasAdapter = false }
        if verb.gifts(for: arguments).contains(.adapter) { hasAdapter = true }
      }
    }
    return hasAdapter
  }

  /// The later command that replaced something this value depends on. A loop replaces nothing, since it
  /// restores the state.
  private func replacement(
    of needs: Set<Need>, behind place: Int, inCellAt index: Int
  ) -> (verb: String, cell: Int)? {
    for later in cells.indices[index...] {
      let statements = cells[later].statements.dropFirst(later == index ? place + 1 : 0)
      for statement in statements where statement.loop == nil {
        var name: String?
        statement.walkCommands { command in
          guard name == nil, let verb = VerbCatalog.standard.verb(of: command) else { return }
          let replaced = verb.replaced(for: WrittenArguments(command, of: verb))
          if !replaced.isDisjoint(with: needs) { name = verb.name }
        }
        if let name { return (name, cells[later].cell.number) }
      }
    }
    return nil
  }

  private func editedFile(of needs: Set<Need>, before number: Int) -> String? {
    for need in Need.allCases where needs.contains(need) {
      let readers = VerbCatalog.standard.all.filter { $0.reads(need) }.map(\.name)
      let reader = cells.last {
        $0.cell.number <= number && $0.cell.verbs.contains(where: readers.contains)
      }
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
    for name in names {
      guard let cell = PromptName.cell(of: name) ?? environment.binding(name)?.cell else {
        continue
      }
      if cell > number { return "\(name) bound anew in \(cell)" }
      if cell < number, reason(of: name, usedBy: number) != nil { return "as \(name) is" }
    }
    return nil
  }
}
