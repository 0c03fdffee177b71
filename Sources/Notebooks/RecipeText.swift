import Diagnostics
import Files
import Glibc
import RecipeLanguage
import Sessions
import Tensors

/// A recipe read from a file (or another text) together with what it includes, in the order in which
/// statements run.
package struct RecipeText {
  /// The statements of one text.
  package struct Part {
    package let tree: SyntaxTree
    /// Statements without includes, which stand as parts of their own.
    package let statements: [Statement]
  }

  package private(set) var parts: [Part] = []
  /// What is wrong with includes; `mistakes` finds the rest.
  private var diagnostics: [Diagnostic] = []
  /// The files that are being read, each included by the one before.
  private var open: [Included] = []
  private var done: Set<String> = []

  /// A file by the path that led to it, and by what it is, whatever path leads to it.
  private struct Included {
    let path: String
    let identity: String

    init(_ path: String) {
      self.path = path
      guard let whole = unsafe realpath(path, nil) else {
        identity = path
        return
      }
      identity = unsafe String(cString: whole)
      unsafe free(whole)
    }
  }

  /// The file itself, without what it includes.
  package let main: SyntaxTree

  /// Where its relative paths begin, those of included files too.
  package let folder: RecipeFolder

  /// Whether it was read from a Jupyter notebook, which is no text that could be written again.
  package var isNotebook: Bool { NotebookRecipe.isNotebook(main.source.name) }

  /// Reads `path`, a recipe or a Jupyter notebook of cells, and, relative to each file, what it includes.
  package init(path: String) throws(FileError) {
    let bytes = try Self.bytes(path)
    main = Parser.parse(
      NotebookRecipe.isNotebook(path)
        ? SourceText(name: path, text: try NotebookRecipe.text(bytes, file: path))
        : SourceText(name: path, bytes: bytes))
    folder = RecipeFolder(ofFile: path)
    open = [Included(path)]
    add(main, folder: Self.folder(of: path), isIncluded: false)
  }

  /// A text that has no file, such as standard input.
  package init(source: SourceText) {
    main = Parser.parse(source)
    folder = .current
    add(main, folder: ".", isIncluded: false)
  }

  /// Everything that is wrong and can be known before the recipe runs.
  ///
  /// - Parameter overrides: values given to parameters from outside.
  package func mistakes(overrides: [String: Value] = [:]) -> [Diagnostic] {
    var context = CheckContext()
    context.overrides = overrides
    return mistakes(in: context)
  }

  /// Everything that is wrong given what is there already.
  package func mistakes(in context: CheckContext) -> [Diagnostic] {
    let all = parts.map { Checker.Part(tree: $0.tree, statements: $0.statements) }
    return diagnostics + Checker.check(all, of: main, context: context)
  }

  /// The statements, includes among them, as cells of a prompt: each with the prose before it, headers
  /// left out, and paths as they are reached from there.
  package func cells() throws(MovedPaths.Refusal) -> [String] {
    var cells: [String] = []
    for part in parts {
      let paths = try MovedPaths(
        part.tree, to: folder, isHere: { Paths.exists(folder.path($0)) })
      var prose = ""
      for statement in part.statements {
        if case .header = statement.kind { continue }
        let text = part.tree.source.text(in: statement.range, applying: paths.edits)
        if statement.isProse {
          prose += text + "\n"
        } else {
          cells.append(prose + text)
          prose = ""
        }
      }
    }
    return cells
  }

  private static func bytes(_ path: String) throws(FileError) -> [UInt8] {
    do throws(FileError) {
      let file = try MappedFile(path: path)
      guard unsafe file.bytes.count <= SourceText.largest else {
        throw FileError(
          .malformed, file: path,
          cause: "a recipe may have \(SourceText.largest >> 20) MB, and this file has "
            + "\(unsafe file.bytes.count >> 20)",
          fix: "keep long data in files that the recipe names")
      }
      return file.contents()
    } catch {
      // An empty file cannot be mapped, and is a recipe that does nothing.
      if error.cause == "the file is empty" { return [] }
      throw error
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private mutating func add(_ tree: SyntaxTree, folder: String, isIncluded: Bool) {
    var own: [Statement] = []
    for statement in tree.statements {
      if case .include(let literal) = statement.kind {
        if !own.isEmpty { parts.append(Part(tree: tree, statements: own)) }
        own = []
        include(literal, from: tree.source, folder: folder)
      } else {
        if isIncluded { refuseEffects(statement, in: tree.source) }
        own.append(statement)
      }
    }
    parts.append(Part(tree: tree, statements: own))
  }

  private mutating func include(
    _ literal: StringLiteral, from source: SourceText, folder: String
  ) {
    let name = literal.plainText ?? ""
    let path = name.hasPrefix("/") || folder == "." ? name : folder + "/" + name
    func report(_ code: String, _ message: String, _ label: String, _ help: String) {
      diagnostics.append(
        Diagnostic(code, message, at: Label(source, literal.range, label), help: help))
    }
    let file = Included(path)
    if open.contains(where: { $0.identity == file.identity }) {
      let paths = (open + [file]).map(\.path)
      report(
        "E0602", "the files include each other: \(paths.joined(separator: " → "))",
        "included here again", "take one of the includes out")
      return
    }
    guard !done.contains(file.identity) else { return }
    // what a diagnostic shows of a file should be a recipe's lines, not a list of passwords
    guard file.identity.hasSuffix(".recipe") else {
      report(
        "E0601", "\"\(path)\" is not included: only files whose name ends in .recipe are read",
        "", "include a recipe that holds `param` and `let`")
      return
    }
    do throws(FileError) {
      let text = SourceText(name: path, bytes: try Self.bytes(path))
      open.append(file)
      add(Parser.parse(text), folder: Self.folder(of: path), isIncluded: true)
      open.removeLast()
      done.insert(file.identity)
    } catch {
      report("E0601", "the file \"\(path)\" cannot be included: \(error.cause)", "", error.fix)
    }
  }

  /// Included files hold names, nothing that acts.
  private mutating func refuseEffects(_ statement: Statement, in source: SourceText) {
    switch statement.kind {
    case .header, .include, .parameter, .prose: return
    case .binding(_, .expression(let expression)) where !expression.runsCommand: return
    default:
      diagnostics.append(
        Diagnostic(
          "E0603", "an included file may hold `param` and `let` only",
          at: Label(source, statement.range, "this would act"),
          help: "move it into the recipe that includes the file"))
    }
  }

  /// The parameters of all parts, by name.
  package var parameters: [String: (parameter: Parameter, source: SourceText)] {
    var result: [String: (parameter: Parameter, source: SourceText)] = [:]
    for part in parts {
      for statement in part.statements {
        if case .parameter(let parameter) = statement.kind {
          result[parameter.name.text] = (parameter, part.tree.source)
        }
      }
    }
    return result
  }
}

extension Expression {
  /// Whether a command in parentheses stands somewhere inside.
  fileprivate var runsCommand: Bool {
    if case .command = kind { return true }
    return children.contains(where: \.runsCommand)
  }
}
