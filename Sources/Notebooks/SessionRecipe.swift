import Diagnostics
import RecipeLanguage

/// Turns the cells of a session into a recipe that replays them: `_` and `_3` become names that a
/// `let` binds, and the layout is the language's own.
package struct SessionRecipe {
  /// A statement that leaves a value: which cell of the list, which statement of it.
  private struct Origin: Hashable {
    let cell: Int
    let statement: Int
  }

  private struct Edit {
    let range: SourceRange
    let text: String
  }

  private let trees: [SyntaxTree]
  private let numbers: [Int]
  private var references: [(cell: Int, range: SourceRange, origin: Origin)] = []

  /// The recipe of some cells, given by number and text in the order in which they ran.
  package static func text(title: String, cells: [(number: Int, text: String)]) -> String {
    var recipe = SessionRecipe(cells)
    recipe.findReferences()
    let header =
      "recipe \(NumberText.quoted(title)), language: \(VerbCatalog.languageVersion)\n\n"
    let text = header + recipe.rewrittenCells().joined(separator: "\n") + "\n"
    return Formatter.format(Parser.parse(SourceText(name: title, text: text)))
  }

  private init(_ cells: [(number: Int, text: String)]) {
    numbers = cells.map(\.number)
    trees = cells.map { Parser.parse(SourceText(name: "cell \($0.number)", text: $0.text)) }
  }

  // MARK: Finding

  private mutating func findReferences() {
    var last: Origin?
    var ofCell: [String: Origin] = [:]
    for (cell, tree) in trees.enumerated() {
      for (index, statement) in tree.statements.enumerated() {
        for (name, range) in statement.promptNames {
          let origin = name == "_" ? last : ofCell[name]
          if let origin { references.append((cell, range, origin)) }
        }
        guard statement.leavesValue else { continue }
        let origin = Origin(cell: cell, statement: index)
        last = origin
        ofCell["_\(numbers[cell])"] = origin
      }
    }
  }

  // MARK: Rewriting

  private func rewrittenCells() -> [String] {
    let names = names(of: Set(references.map(\.origin)))
    var edits = trees.map { _ in [Edit]() }
    for (origin, name) in names {
      let start = trees[origin.cell].statements[origin.statement].range.lowerBound
      edits[origin.cell].append(Edit(range: SourceRange(at: start), text: "let \(name) = "))
    }
    for reference in references {
      guard let name = names[reference.origin] else { continue }
      edits[reference.cell].append(Edit(range: reference.range, text: name))
    }
    return zip(trees, edits).map { Self.apply($1, to: $0.source) }
  }

  /// `value3` for cell 3, or with a number behind it where that is taken.
  private func names(of origins: Set<Origin>) -> [Origin: String] {
    var taken: Set<String> = []
    for tree in trees {
      for statement in tree.statements {
        if case .binding(let name, _) = statement.kind { taken.insert(name.text) }
      }
    }
    var names: [Origin: String] = [:]
    for origin in origins.sorted(by: { ($0.cell, $0.statement) < ($1.cell, $1.statement) }) {
      let base = "value\(numbers[origin.cell])"
      var name = base
      var count = 1
      while !taken.insert(name).inserted {
        count += 1
        name = "\(base)_\(count)"
      }
      names[origin] = name
    }
    return names
  }

  private static func apply(_ edits: [Edit], to source: SourceText) -> String {
    var result = ""
    var position = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += source.text(in: SourceRange(position, edit.range.lowerBound)) + edit.text
      position = edit.range.upperBound
    }
    return result + source.text(in: SourceRange(position, source.bytes.count))
  }
}

extension Statement {
  /// Whether the prompt keeps its value as `_`.
  fileprivate var leavesValue: Bool {
    switch kind {
    case .operation(.command(let command)):
      VerbCatalog.verb(named: command.verb.text)?.fields.isEmpty == false
    case .operation: true
    default: false
    }
  }

  /// Where the statement reads `_` or `_3`, in the order of the text.
  fileprivate var promptNames: [(name: String, range: SourceRange)] {
    var found: [(name: String, range: SourceRange)] = []
    let add = { (name: String, range: SourceRange) in
      if name.first == "_", name.dropFirst().allSatisfy(\.isNumber) { found.append((name, range)) }
    }
    let addParts = { (literal: StringLiteral) in
      for case .interpolation(let path) in literal.segments {
        if let first = path.first { add(first.text, first.range) }
      }
    }
    walk { statement in
      if case .assertion(_, let message?) = statement.kind { addParts(message) }
      if let label = statement.loop?.label { addParts(label) }
      for expression in statement.expressions {
        expression.walk { part in
          if case .name(let name) = part.kind { add(name, part.range) }
          if case .string(let literal) = part.kind { addParts(literal) }
        }
      }
    }
    return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }
}
