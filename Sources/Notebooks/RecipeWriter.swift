import Diagnostics
import RecipeLanguage

/// Writes cells as a recipe that replays: what failed or was undone is not there, `_3` becomes a name,
/// parameters and includes come first, and the text is formatted and checked.
package struct RecipeWriter {
  /// Why the cells cannot be written.
  package struct Refusal: Error {
    /// One sentence that names the cell and says what to do.
    package let message: String
    /// What the check of the recipe found.
    package var diagnostics: [Diagnostic] = []
  }

  /// A statement that left a value.
  struct Place: Hashable {
    let cell: Int
    let statement: Int
  }

  private let cells: [Cell]
  private let trees: [SyntaxTree]
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
  }

  /// The recipe of some cells of a notebook, in their order.
  ///
  /// - Parameters:
  ///   - chosen: cells of `all`.
  ///   - all: every cell that counts; `_` means what it meant when it was typed.
  package static func recipe(
    of chosen: [Cell], among all: [Cell], title: String, verbs: Set<String>
  ) throws(Refusal) -> String {
    for cell in chosen { try refuseUnrepeatable(cell) }
    var writer = RecipeWriter(all)
    let isChosen = Set(chosen.map(\.number))
    try writer.nameValues(in: isChosen)
    let text = Formatter.format(
      Parser.parse(SourceText(name: title, text: writer.text(of: isChosen, title: title))))
    try check(text, title: title, verbs: verbs)
    return text
  }

  private static func refuseUnrepeatable(_ cell: Cell) throws(Refusal) {
    if cell.wasCutShort {
      throw Refusal(
        message: "cell \(cell.number) was stopped before its end, so it would not replay the same; "
          + "leave it out (:save FILE 1-\(max(1, cell.number - 1))), or :undo it and run it whole")
    }
    for input in cell.inputs where InputStamp(input.name) != input {
      throw Refusal(
        message: "\"\(input.name)\" was edited or moved after cell \(cell.number) read it, so the "
          + "cell would not replay the same; :rerun \(cell.number) first")
    }
  }

  private static func check(
    _ text: String, title: String, verbs: Set<String>
  ) throws(Refusal) {
    let recipe = RecipeFile(source: SourceText(name: title, text: text))
    let diagnostics = recipe.check(verbs: verbs)
    if diagnostics.containsError {
      throw Refusal(
        message: "these cells alone are no recipe that runs", diagnostics: diagnostics)
    }
  }

  // MARK: Names for values

  /// Walks all cells, since `_` means the value before it, and names each value that a chosen cell uses.
  private mutating func nameValues(in chosen: Set<Int>) throws(Refusal) {
    var last: Place?
    for (index, cell) in cells.enumerated() {
      let statements = trees[index].statements.filter { !$0.isProse }
      for (ordinal, statement) in statements.enumerated() {
        if chosen.contains(cell.number) {
          for (range, name) in trees[index].promptNames(in: statement) {
            let place = name == "_" ? last : lastPlace(ofCell: PromptName.cell(of: name))
            guard let place else { continue }
            guard chosen.contains(place.cell) else {
              throw Refusal(
                message: "cell \(cell.number) uses the value of cell \(place.cell), "
                  + "which is not among the cells; add it")
            }
            edits[index].append((range, bindingName(for: place)))
          }
        }
        if cell.valueStatements.contains(ordinal) {
          last = Place(cell: cell.number, statement: ordinal)
        }
      }
    }
  }

  private func lastPlace(ofCell number: Int?) -> Place? {
    guard let number, let cell = cells.first(where: { $0.number == number }) else { return nil }
    return cell.valueStatements.last.map { Place(cell: number, statement: $0) }
  }

  /// The name of a value; when it is asked for first, a `let` is put before its statement.
  private mutating func bindingName(for place: Place) -> String {
    if let name = names[place] { return name }
    let base = "value\(place.cell)"
    var name = base
    var count = 1
    while taken.contains(name) {
      count += 1
      name = "\(base)_\(count)"
    }
    taken.insert(name)
    names[place] = name
    if let index = cells.firstIndex(where: { $0.number == place.cell }) {
      let statements = trees[index].statements.filter { !$0.isProse }
      if statements.indices.contains(place.statement) {
        let start = statements[place.statement].range.lowerBound
        edits[index].append((SourceRange(at: start), "let \(name) = "))
      }
    }
    return name
  }

  // MARK: Text

  private func text(of chosen: Set<Int>, title: String) -> String {
    var heading = "recipe \(NumberText.quoted(title)), language: \(VerbCatalog.languageVersion)"
    var opening: [String] = []
    var body: [String] = []
    for (index, cell) in cells.enumerated() where chosen.contains(cell.number) {
      var edits = edits[index]
      for statement in trees[index].statements {
        switch statement.kind {
        case .header:
          heading = trees[index].source.text(in: statement.range)
          edits.append((statement.range, ""))
        case .parameter, .include:
          opening.append(trees[index].source.text(in: statement.range))
          edits.append((statement.range, ""))
        default: break
        }
      }
      body.append(trees[index].source.text(applying: edits))
    }
    let parts = [[heading], opening, body].filter { !$0.isEmpty }
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }
}

extension SourceText {
  /// The text with ranges replaced; they do not overlap.
  fileprivate func text(applying edits: [(range: SourceRange, text: String)]) -> String {
    var result = ""
    var offset = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += text(in: SourceRange(offset, edit.range.lowerBound)) + edit.text
      offset = edit.range.upperBound
    }
    return result + text(in: SourceRange(offset, bytes.count))
  }
}

extension SyntaxTree {
  /// Where a statement uses `_`, `_3` or `out[3]`, and the name that each stands for (`_` or `_3`).
  fileprivate func promptNames(in statement: Statement) -> [(range: SourceRange, name: String)] {
    var found: [(range: SourceRange, name: String)] = []
    func add(_ name: String, _ range: SourceRange) {
      if name == "_" || PromptName.cell(of: name) != nil { found.append((range, name)) }
    }
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
