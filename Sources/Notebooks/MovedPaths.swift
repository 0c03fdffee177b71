import Diagnostics
import Files
import RecipeLanguage
import Sessions

/// The relative paths of a text, written so that they mean the same files in another folder.
package struct MovedPaths {
  /// Paths that are computed, and so cannot be written anew.
  package struct Refusal: Error {
    /// Such as `line 7: dir`.
    package let places: [String]

    package var message: String { places.joined(separator: "; ") }
  }

  private(set) var edits: [(range: SourceRange, text: String)] = []
  private let folder: RecipeFolder
  private let source: SourceText
  /// Whether something of a name is where the paths begin now.
  private let isHere: (String) -> Bool
  private var computed: [SourceRange] = []
  /// What names are bound to in the text, where that is an expression.
  private var bound: [String: Expression] = [:]

  /// - Parameters:
  ///   - folder: where the paths begin now, as it is reached from where they shall begin.
  ///   - isHere: whether something of a name is where the paths begin now.
  init(
    _ tree: SyntaxTree, to folder: RecipeFolder, isHere: @escaping (String) -> Bool
  ) throws(Refusal) {
    (self.folder, source, self.isHere) = (folder, tree.source, isHere)
    guard folder != .current else { return }
    for statement in tree.statements {
      switch statement.kind {
      case .parameter(let parameter):
        if case .named(let type) = parameter.type, type.text == "path",
          let standard = parameter.defaultValue
        {
          // a model's name is one of any argument
          move(standard, .model)
        }
      case .binding(let name, .expression(let expression)): bound[name.text] = expression
      default: break
      }
    }
    var commands: [Command] = []
    for statement in tree.statements { statement.walkCommands { commands.append($0) } }
    for command in commands {
      guard let verb = VerbCatalog.standard.verb(of: command) else { continue }
      for argument in ArgumentBinder(command, verb: verb).bound {
        guard let file = argument.declaration.file else { continue }
        move(argument.argument.value, file)
      }
    }
    guard computed.isEmpty else {
      throw Refusal(
        places: computed.map {
          "line \(tree.source.line(at: $0.lowerBound)): \(tree.source.text(in: $0))"
        })
    }
  }

  /// A recipe for another folder, of one that was written for the current folder.
  ///
  /// - Parameter path: of the file that it is to be.
  package static func recipe(_ text: String, writtenTo path: String) throws(Refusal) -> String {
    let tree = Parser.parse(SourceText(name: path, text: text))
    let way = RecipeFolder(wayBackFromFileAt: path)
    return tree.source.text(applying: try MovedPaths(tree, to: way, isHere: Paths.exists).edits)
  }

  private mutating func move(_ expression: Expression, _ file: ArgumentDeclaration.File) {
    switch expression.kind {
    case .string(let literal): move(literal, file)
    case .list(let elements): for element in elements { move(element, file) }
    case .record(let fields):
      for field in fields where field.name.text == "path" { move(field.value, file) }
    case .name(let name):
      // a name of a value of a command stands for no path, one of a text does
      if let value = bound[name], isText(value) { computed.append(expression.range) }
    case .binary: computed.append(expression.range)
    default: break
    }
  }

  private func isText(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .string, .binary: true
    case .list(let elements): elements.contains(where: isText)
    case .name(let name): bound[name].map(isText) ?? false
    default: false
    }
  }

  private mutating func move(_ literal: StringLiteral, _ file: ArgumentDeclaration.File) {
    if let text = literal.plainText {
      let moved = RecipeFolder.isPath(text, file, isHere: isHere(text)) ? folder.path(text) : text
      if moved != text { edits.append((literal.range, NumberText.quoted(moved))) }
      return
    }
    // what stands before the first value decides whether the path is relative
    guard case .text(let start)? = literal.segments.first else {
      computed.append(literal.range)
      return
    }
    let moved = folder.path(start)
    guard moved != start else { return }
    let quoted = NumberText.quoted(moved).dropLast()
    let rest = source.text(in: literal.range).dropFirst(NumberText.quoted(start).count - 1)
    edits.append((literal.range, String(quoted) + rest))
  }
}
