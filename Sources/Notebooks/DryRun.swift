import Diagnostics
import Files
import RecipeLanguage
import Sessions

/// A look ahead with the files that are there: it loads, reads, splits and makes adapters as a run would,
/// and leaves out what trains, measures, generates or writes. What that finds a run would find later.
package struct DryRun {
  /// All that is found.
  package private(set) var diagnostics: [Diagnostic] = []
  /// What the commands would give, in their order; `none` of those that were left out.
  package private(set) var plan: [ValueEvent] = []
  /// Names whose values stand on what was left out.
  private var unknown: Set<String> = []

  /// - Parameters:
  ///   - recipe: right in itself.
  ///   - folder: where relative paths begin.
  package init(
    of recipe: RecipeText, overrides: [String: Value] = [:], in folder: RecipeFolder
  ) {
    let executor = DryExecutor()
    let interpreter = Interpreter(executor: executor)
    interpreter.folder = folder
    interpreter.overrides = overrides
    for part in recipe.parts {
      for statement in part.statements {
        run(statement, of: part.tree.source, interpreter)
      }
    }
  }

  private mutating func run(
    _ statement: Statement, of source: SourceText, _ interpreter: Interpreter<DryExecutor>
  ) {
    let executor = interpreter.executor
    executor.hasLeftOut = false
    var (events, values): ([Diagnostic], [ValueEvent]) = ([], [])
    interpreter.onEvent = { event in
      switch event {
      case .diagnostic(let diagnostic): events.append(diagnostic)
      case .value(let value): if value.verb != nil { values.append(value) }
      default: break
      }
    }
    try? interpreter.runRecipe([statement], of: source)
    plan += values
    let isKnown = !executor.hasLeftOut && !statement.uses(unknown)
    if !isKnown, case .binding(let name, _) = statement.kind { unknown.insert(name.text) }
    for diagnostic in events {
      if let failure = executor.takeFailure() {
        var diagnostic = diagnostic
        // a file may come before the recipe runs
        if failure.kind == .input, executor.lacksFile { diagnostic.severity = .warning }
        diagnostics.append(diagnostic)
      } else if case .assertion = statement.kind, isKnown {
        diagnostics.append(diagnostic)
      }
    }
    diagnostics += executor.takeReplaced(in: source)
  }
}

extension Statement {
  /// Whether it names one of these.
  fileprivate func uses(_ names: Set<String>) -> Bool {
    var isFound = false
    walk { statement in
      for expression in statement.expressions {
        expression.walk {
          if case .name(let name) = $0.kind, names.contains(name) { isFound = true }
        }
      }
    }
    return isFound
  }
}

/// Runs the verbs that make the state of a session, and answers for the others with no value.
private final class DryExecutor: VerbExecutor {
  private let session = {
    let session = Session()
    session.mayFetch = false
    session.rememberRuns()
    return session
  }()
  /// Whether a verb was left out since this was false.
  var hasLeftOut = false
  /// Why a verb could not do its work, of the last one that was tried.
  private var failure: VerbFailure?
  /// Whether that was for want of a file.
  private(set) var lacksFile = false
  /// What a verb that failed or was left out would have given.
  private var missing: Set<Need> = []
  private var outputs: [String] = []
  private var replaced: [(path: String, range: SourceRange)] = []

  /// Larger datasets are read by runs only.
  private static let largestInput = 64 << 20

  var verbs: VerbCatalog { session.verbs }
  var onEvent: (Event) -> Void = { _ in }
  var isInLoop = false

  var state: SessionState {
    get { session.state }
    set { session.state = newValue }
  }

  func rememberAdapter() -> ObjectReference? { nil }

  func execute(_ call: VerbCall) throws(VerbFailure) -> Value {
    noteOutputs(of: call)
    let gifts = call.verb.gifts(for: call)
    let isKnown = Set(call.verb.needs(for: call)).isDisjoint(with: missing)
    guard call.verb.makesState, isKnown, readsOnlyWhatIsThere(call) else {
      missing.formUnion(gifts)
      hasLeftOut = true
      return .none
    }
    do throws(VerbFailure) {
      let value = try session.execute(call)
      missing.subtract(gifts)
      return value
    } catch {
      missing.formUnion(gifts)
      hasLeftOut = true
      failure = error
      lacksFile = files(of: call).contains { ModelFolder.path(of: $0) == nil }
      throw error
    }
  }

  /// Why a verb failed since this was asked last.
  func takeFailure() -> VerbFailure? {
    defer { failure = nil }
    return failure
  }

  /// The files that a call reads.
  private func files(of call: VerbCall) -> [String] {
    call.verb.arguments.flatMap { argument in
      argument.file == nil || argument.file == .output
        ? [] : Self.paths(call.given[argument.name] ?? .none)
    }
  }

  /// A path, or those of a list, whose records have a field for it.
  private static func paths(_ value: Value) -> [String] {
    switch value {
    case .list(let elements): elements.flatMap(paths)
    case .record(let record): record["path"].map(paths) ?? []
    default: value.text.map { [$0] } ?? []
    }
  }

  /// Whether no file is one that the recipe itself writes, nor one too large to be read for a look.
  private func readsOnlyWhatIsThere(_ call: VerbCall) -> Bool {
    files(of: call).allSatisfy { file in
      if outputs.contains(where: { file == $0 || file.hasPrefix($0 + "/") }) { return false }
      guard call.verb.reads(.dataset), let path = ModelFolder.path(of: file) else { return true }
      guard let data = try? MappedFile(path: path) else { return true }
      return unsafe data.bytes.count <= Self.largestInput
    }
  }

  private func noteOutputs(of call: VerbCall) {
    for argument in call.verb.arguments where argument.file == .output {
      guard let path = call.given[argument.name]?.text else { continue }
      if Paths.exists(Paths.expandingHome(path)), !outputs.contains(path) {
        replaced.append((path, call.ranges[argument.name] ?? call.range))
      }
      outputs.append(path)
    }
  }

  /// Warnings for what stands already where the recipe writes.
  func takeReplaced(in source: SourceText) -> [Diagnostic] {
    defer { replaced = [] }
    return replaced.map { path, range in
      Diagnostic(
        "W0305",
        "\(NumberText.quoted(path)) is there already, and a run replaces what it writes there",
        at: Label(source, range), severity: .warning,
        help: "name another place to keep both")
    }
  }
}

extension VerbDeclaration {
  /// Whether it makes a part of the session's state, and does nothing else.
  fileprivate var makesState: Bool {
    !measures
      && effects.contains {
        switch $0 {
        case .gives, .givesRows, .removes: true
        default: false
        }
      } && !arguments.contains { $0.file == .output }
  }
}
