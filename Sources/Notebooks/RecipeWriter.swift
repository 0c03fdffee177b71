import Diagnostics
import RecipeLanguage
import Sessions

/// Writes cells as a recipe that replays: what failed or was undone is not there, `_3` becomes a name,
/// parameters and includes come first, and the text is formatted and checked.
package struct RecipeWriter {
  /// Why the cells cannot be written.
  package struct Refusal: Error {
    /// What stands in the way, a sentence each, with what to do.
    package let obstacles: [String]
    /// What the check of the recipe found.
    package var diagnostics: [Diagnostic] = []

    package var message: String { obstacles.joined(separator: "; ") }
  }

  /// A recipe, and what it does without.
  package struct Written {
    package let text: String
    /// What nothing follows from and is not in it: of which cell, and its verb or its `let`.
    package let leftOut: [(cell: Int, what: String)]
    /// How many cells are in it.
    package let cellCount: Int
    /// Whether it takes up a run, which only its user's list has.
    package let usesRuns: Bool
  }

  /// A statement that left a value.
  struct Place: Hashable, Comparable {
    let cell: Int
    let statement: Int

    static func < (left: Place, right: Place) -> Bool {
      (left.cell, left.statement) < (right.cell, right.statement)
    }
  }

  /// A name that stands for a value of a cell.
  struct Reference {
    let place: Place
    let range: SourceRange
    let target: Place
    /// Whether a recipe needs another name for it.
    let isPrompts: Bool
  }

  let cells: [Cell]
  private let trees: [SyntaxTree]
  private(set) var references: [Reference] = []
  /// Statements that the recipe does without.
  var leftOut: Set<Place> = []
  /// The names under which values are bound, found while cells are read.
  private var names: [Place: String] = [:]
  private var taken: Set<String>
  /// Replacements by cell, as (range, text).
  private var edits: [[(range: SourceRange, text: String)]]

  private init(_ cells: [Cell]) {
    self.cells = cells
    trees = cells.map {
      Parser.parse(SourceText(name: "cell \($0.number)", text: $0.text))
    }
    edits = cells.map { _ in [] }
    taken = Set(
      trees.flatMap { tree in
        tree.tokens.filter { $0.kind == .name }.map { tree.source.text(in: $0.range) }
      })
    findReferences()
  }

  /// The recipe of some cells of a notebook, in their order.
  ///
  /// - Parameters:
  ///   - chosen: cells of `all`.
  ///   - all: every cell that counts; `_` means what it meant when it was typed.
  package static func recipe(
    of chosen: [Cell], among all: [Cell], title: String
  ) throws(Refusal) -> Written {
    let writer = RecipeWriter(all)
    let numbers = Set(chosen.map(\.number))
    let obstacles = writer.obstacles(in: chosen)
    guard obstacles.isEmpty else {
      let rest = writer.independent(of: Set(obstacles.map(\.cell)), among: numbers)
      var sentences = obstacles.map(\.sentence)
      if !rest.isEmpty, (try? writer.written(rest, title: title)) != nil {
        let range = CellRange.text(of: rest.sorted(), separator: ",")
        sentences.append(":save FILE \(range) leaves that out")
      }
      throw Refusal(obstacles: sentences)
    }
    return try writer.written(numbers, title: title)
  }

  private func written(_ chosen: Set<Int>, title: String) throws(Refusal) -> Written {
    var writer = self
    let leftOut = writer.leaveOutWhatNothingFollowsFrom(in: chosen)
    writer.nameValues(in: chosen)
    let (written, cellCount) = writer.text(of: chosen, title: title)
    let text = Formatter.format(Parser.parse(SourceText(name: title, text: written)))
    let source = SourceText(name: title, text: text)
    let recipe = RecipeText(source: source)
    let diagnostics = recipe.mistakes()
    if diagnostics.containsError {
      throw Refusal(
        obstacles: ["these cells alone are no recipe that runs"], diagnostics: diagnostics)
    }
    let usesRuns = RunNumbers.areUsed(in: Parser.parse(source))
    return Written(text: text, leftOut: leftOut, cellCount: cellCount, usesRuns: usesRuns)
  }

  // MARK: What stands in the way

  private func obstacles(in chosen: [Cell]) -> [(cell: Int, sentence: String)] {
    let numbers = Set(chosen.map(\.number))
    return chosen.flatMap { cell in
      let number = cell.number
      var sentences = cell.inputs.filter { InputStamp($0.name) != $0 }.map { input in
        "\"\(input.name)\" was edited or moved after cell \(number) read it, so the cell would "
          + "not replay the same; :rerun \(number) first"
      }
      if cell.wasCutShort {
        sentences.append(
          "cell \(number) was stopped before its end, so it would not replay the same")
      }
      let missing = references.filter {
        $0.place.cell == number && !numbers.contains($0.target.cell)
          && ($0.isPrompts || isBoundElsewhere($0, in: numbers))
      }
      for target in Set(missing.map(\.target.cell)).sorted() {
        sentences.append(
          "cell \(number) uses the value of cell \(target), which is not among the cells; add it")
      }
      return sentences.map { (number, $0) }
    }
  }

  /// Whether without its target a name would stand for what another of the chosen cells bound to it.
  private func isBoundElsewhere(_ reference: Reference, in chosen: Set<Int>) -> Bool {
    guard case .binding(let name, _)? = statement(at: reference.target)?.kind else { return false }
    return places.contains { place in
      guard chosen.contains(place.cell), case .binding(let other, _)? = statement(at: place)?.kind
      else { return false }
      return other.text == name.text
    }
  }

  /// The chosen cells that use nothing of some others.
  private func independent(of others: Set<Int>, among chosen: Set<Int>) -> Set<Int> {
    var rest = chosen.subtracting(others)
    for reference in references where !rest.contains(reference.target.cell) {
      rest.remove(reference.place.cell)
    }
    return rest
  }

  // MARK: Names for values

  /// Walks all cells, since `_` means the value before it.
  private mutating func findReferences() {
    var last: Place?
    var bound: [String: Place] = [:]
    for place in places {
      guard let statement = statement(at: place), let index = index(ofCell: place.cell) else {
        continue
      }
      for (range, name) in trees[index].names(in: statement) {
        let isLast = name == "_"
        let cell = isLast ? nil : PromptName.cell(of: name)
        let value = cell.map { self.index(ofCell: $0) }.flatMap { $0 }.flatMap(valuePlace)
        guard let target = isLast ? last : value ?? bound[name] else { continue }
        references.append(
          Reference(
            place: place, range: range, target: target, isPrompts: isLast || cell != nil))
      }
      if case .binding(let name, _) = statement.kind { bound[name.text] = place }
      if cells[index].valueStatements.contains(place.statement) { last = place }
    }
  }

  /// Names each value that a chosen cell uses.
  private mutating func nameValues(in chosen: Set<Int>) {
    renameWhatIsBoundAnew(in: chosen)
    for reference in references where reference.isPrompts || names[reference.target] != nil {
      let cell = reference.place.cell
      guard chosen.contains(cell), !leftOut.contains(reference.place),
        let index = index(ofCell: cell)
      else { continue }
      edits[index].append((reference.range, bindingName(for: reference.target)))
    }
  }

  /// A recipe binds a name once: what a later cell bound to it gets a name of its own.
  private mutating func renameWhatIsBoundAnew(in chosen: Set<Int>) {
    var bound: Set<String> = []
    for place in places where chosen.contains(place.cell) && !leftOut.contains(place) {
      guard case .binding(let name, _)? = statement(at: place)?.kind,
        let index = index(ofCell: place.cell), !bound.insert(name.text).inserted
      else { continue }
      let other = freeName(name.text)
      names[place] = other
      edits[index].append((name.range, other))
    }
  }

  /// A name like this one that nothing else has.
  private mutating func freeName(_ base: String) -> String {
    var name = base
    var count = 1
    while taken.contains(name) {
      count += 1
      name = "\(base)_\(count)"
    }
    taken.insert(name)
    return name
  }

  // MARK: Places

  /// All statements, in order, prose left out.
  var places: [Place] {
    cells.indices.flatMap { index in
      statements(ofCellAt: index).indices.map {
        Place(cell: cells[index].number, statement: $0)
      }
    }
  }

  private func index(ofCell number: Int) -> Int? { cells.firstIndex { $0.number == number } }

  func statement(at place: Place) -> Statement? {
    guard let index = index(ofCell: place.cell) else { return nil }
    let statements = statements(ofCellAt: index)
    return statements.indices.contains(place.statement) ? statements[place.statement] : nil
  }

  private func statements(ofCellAt index: Int) -> [Statement] {
    trees[index].statements.filter { !$0.isProse }
  }

  private func valuePlace(ofCellAt index: Int) -> Place? {
    cells[index].valueStatements.last.map { Place(cell: cells[index].number, statement: $0) }
  }

  /// The name of a value; when it is asked for first, a `let` is put before its statement.
  private mutating func bindingName(for place: Place) -> String {
    if let name = names[place] { return name }
    let name = freeName("value\(place.cell)")
    names[place] = name
    if let statement = statement(at: place), let index = index(ofCell: place.cell) {
      edits[index].append((SourceRange(at: statement.range.lowerBound), "let \(name) = "))
    }
    return name
  }

  // MARK: Text

  /// A statement with what parts it from the next one, comments left where they are.
  private func rangeToCut(_ statement: Statement, of tree: SyntaxTree) -> SourceRange {
    let end = statement.range.upperBound
    guard let next = tree.statements.first(where: { $0.range.lowerBound >= end }) else {
      return statement.range
    }
    let between = tree.source.text(in: SourceRange(end, next.range.lowerBound))
    let isEmpty = between.allSatisfy { $0.isWhitespace || $0 == ";" }
    return isEmpty
      ? SourceRange(statement.range.lowerBound, next.range.lowerBound) : statement.range
  }

  /// The recipe, not formatted yet, and how many cells left something in it.
  private func text(of chosen: Set<Int>, title: String) -> (text: String, cellCount: Int) {
    var heading = "recipe \(NumberText.quoted(title)), language: \(VerbCatalog.languageVersion)"
    var opening: [String] = []
    var body: [String] = []
    for (index, cell) in cells.enumerated() where chosen.contains(cell.number) {
      var edits = edits[index]
      for place in leftOut where place.cell == cells[index].number {
        if let statement = statement(at: place) {
          edits.append((rangeToCut(statement, of: trees[index]), ""))
        }
      }
      for statement in trees[index].statements {
        switch statement.kind {
        case .header:
          heading = trees[index].source.text(in: statement.range)
          edits.append((statement.range, ""))
        case .parameter, .include:
          let text = trees[index].source.text(in: statement.range)
          if !opening.contains(text) { opening.append(text) }
          edits.append((statement.range, ""))
        default: break
        }
      }
      let left = trees[index].source.text(applying: edits).withoutOuterBlanks
      if !left.isEmpty { body.append(left) }
    }
    let parts = [[heading], opening, body].filter { !$0.isEmpty }
    let text = parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    return (text, body.count)
  }
}

extension String {
  /// Without what separates statements before the first and behind the last one.
  fileprivate var withoutOuterBlanks: String {
    func isBlank(_ character: Character) -> Bool { character.isWhitespace }
    let start = drop { isBlank($0) || $0 == ";" }
    return String(start.reversed().drop(while: isBlank).reversed())
  }
}

extension SyntaxTree {
  /// Where a statement uses names; `out[3]` counts as `_3`.
  fileprivate func names(in statement: Statement) -> [(range: SourceRange, name: String)] {
    var found: [(range: SourceRange, name: String)] = []
    func add(_ name: String, _ range: SourceRange) { found.append((range, name)) }
    func add(_ literal: StringLiteral) {
      for case .interpolation(let path) in literal.segments {
        if let first = path.first { add(first.text, first.range) }
      }
    }
    statement.walk { statement in
      for expression in statement.expressions {
        expression.walk { expression in
          switch expression.kind {
          case .name(let name): add(name, expression.range)
          case .string(let literal): add(literal)
          case .index(let base, let index):
            if case .name(PromptName.list) = base.kind, case .integer(let cell) = index.kind {
              add("_\(cell)", expression.range)
            }
          default: break
          }
        }
      }
      switch statement.kind {
      case .assertion(_, let message?): add(message)
      case .expectation(let expectation):
        if case .matches(let pattern) = expectation.check { add(pattern) }
      default: break
      }
      if let label = statement.loop?.label { add(label) }
    }
    return found
  }
}
