import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// Reads, checks and runs whole recipes.
struct RecipeRunner {
  let printer: any EventPrinter
  /// Whether relative paths begin at the current folder, and not at the recipe's.
  let isInCurrentFolder: Bool
  let clock = ContinuousClock()

  init(printer: any EventPrinter, isInCurrentFolder: Bool = false) {
    self.printer = printer
    self.isInCurrentFolder = isInCurrentFolder
  }

  /// Where relative paths of a recipe begin.
  private func folder(of recipe: RecipeText) -> RecipeFolder {
    isInCurrentFolder ? .current : recipe.folder
  }

  /// What a run is told beside its recipe.
  struct Settings {
    /// `name=value` each.
    var overrides: [String] = []
    /// `name=a,b` each; none for a single run.
    var sweeps: [String] = []
    /// The value of a sweep's runs that is drawn, and which of them is chosen.
    var chart: (column: String, best: TableFigure.Choice?)?
    /// For all trainings of a run together, in seconds.
    var budget: Double?
  }

  /// Reads, checks and runs a recipe.
  func run(_ file: String, _ settings: Settings) -> ExitStatus {
    let start = clock.now
    do throws(ExitStatus) {
      return finish(try runOnce(read(file), settings), since: start)
    } catch {
      return finish(error, since: start)
    }
  }

  /// Reads recipes and shows all that is wrong with them.
  ///
  /// - Parameter looksAhead: whether models and data that are there are looked into.
  func check(_ files: [String], looksAhead: Bool) -> ExitStatus {
    let start = clock.now
    var status = ExitStatus.good
    do throws(ExitStatus) {
      for file in files {
        let recipe = try read(file)
        let mistakes = diagnostics(of: recipe)
        let ahead =
          mistakes.containsError || !looksAhead
          ? nil : DryRun(of: recipe, in: folder(of: recipe))
        for value in ahead?.plan ?? [] { printer.showPlan(value) }
        let fault = report(mistakes + (ahead?.diagnostics ?? []))
        if fault == .good { printer.showGood(file) }
        if fault.rawValue > status.rawValue { status = fault }
      }
    } catch {
      status = error
    }
    return finish(status, since: start)
  }

  /// The last event comes whatever happened.
  func finish(_ status: ExitStatus, since start: ContinuousClock.Instant) -> ExitStatus {
    printer.finish(status, seconds: (clock.now - start).seconds)
    return status
  }

  func read(_ file: String) throws(ExitStatus) -> RecipeText {
    do throws(FileError) {
      guard file == "-" else { return try RecipeText(path: file) }
      guard let bytes = try StandardInput.bytes(upTo: SourceText.largest) else {
        throw FileError(
          .malformed, file: "<stdin>",
          cause: "a recipe may have \(SourceText.largest >> 20) MB, and this one has more",
          fix: "keep long data in files that the recipe names")
      }
      return RecipeText(source: SourceText(name: "<stdin>", bytes: bytes))
    } catch {
      let source = SourceText(name: file, text: "")
      printer.show(
        .diagnostic(
          Diagnostic(
            "E0801", "the recipe cannot be read: \(error.cause)",
            at: Label(source, SourceRange(at: 0)), help: error.fix)))
      throw .badInput
    }
  }

  /// A recipe that may be written again, which notebooks are not.
  func readText(_ file: String) throws(ExitStatus) -> RecipeText {
    let recipe = try read(file)
    guard !recipe.isNotebook else {
      printer.tell("\(file) is a notebook, which is run and checked but not written", .error)
      throw .wrongUsage
    }
    return recipe
  }

  func diagnostics(of recipe: RecipeText, _ overrides: [String: Value] = [:]) -> [Diagnostic] {
    recipe.mistakes(overrides: overrides)
  }

  /// More mistakes than these tell of a file that is no recipe.
  private static let mostShown = 100

  /// Shows what is wrong. An assertion that cannot hold is one that fails, not a bad recipe.
  func report(_ diagnostics: [Diagnostic]) -> ExitStatus {
    for diagnostic in diagnostics.prefix(Self.mostShown) { printer.show(.diagnostic(diagnostic)) }
    if diagnostics.count > Self.mostShown {
      printer.tell("and \(diagnostics.count - Self.mostShown) more", .error)
    }
    guard diagnostics.containsError else { return .good }
    let failures = ["E0701", EvaluationError.notANumberCode]
    return diagnostics.allSatisfy { !$0.isError || failures.contains($0.code) }
      ? .failed : .badRecipe
  }

  private func runOnce(
    _ recipe: RecipeText, _ settings: Settings
  ) throws(ExitStatus) -> ExitStatus {
    if recipe.main.hasErrors { throw report(diagnostics(of: recipe)) }
    let fixed = try overrides(settings.overrides, for: recipe)
    guard settings.sweeps.isEmpty else { return try sweep(recipe, fixed, settings) }
    let fault = report(diagnostics(of: recipe, fixed))
    guard fault == .good else { throw fault }
    Interruption.install()
    return Interruption.job { execute(recipe, fixed, budget: settings.budget).verdict }
  }

  func overrides(
    _ texts: [String], for recipe: RecipeText
  ) throws(ExitStatus) -> [String: Value] {
    var values: [String: Value] = [:]
    do throws(ParameterValue.Refusal) {
      for text in texts {
        let (name, value) = try ParameterValue.parse(text, for: recipe)
        values[name] = value
      }
    } catch {
      printer.tell("skillet: --set: \(error.message)", .error)
      throw .wrongUsage
    }
    return values
  }

  /// How a run ended, and what it measured.
  struct Execution {
    let status: ExitStatus
    let summary: RunSummary
    let expectations: [ExpectationOutcome]
    let seconds: Double
    /// Whether a training ended early because its loss was NaN or infinite.
    let hasDiverged: Bool

    /// A run whose training diverged went on to its end, and has failed.
    var verdict: ExitStatus { status == .good && hasDiverged ? .failed : status }
  }

  /// Runs a recipe that was checked, from nothing.
  ///
  /// - Parameter records: whether expectations are there to be recorded, and none of them fails it.
  func execute(
    _ recipe: RecipeText, _ overrides: [String: Value], budget: Double? = nil,
    records: Bool = false
  ) -> Execution {
    let start = clock.now
    let interpreter = Interpreter(executor: Session())
    interpreter.folder = folder(of: recipe)
    interpreter.executor.rememberRuns()
    interpreter.overrides = overrides
    interpreter.executor.deadline = budget.map { start + .seconds($0) }
    interpreter.executor.recovery = Recovery.folder(every: EnvironmentVariable.recoveryInterval)
    defer { interpreter.executor.recovery?.remove() }
    var summary = RunSummary()
    connect(interpreter) { event in
      summary.record(event)
      if !records || !event.isAboutExpectation { printer.show(event) }
    }
    var status = runStatements(of: recipe, interpreter)
    if status == .good, !records, interpreter.failedExpectations > 0 { status = .failed }
    if status == .good, interpreter.executor.hasUnsaved {
      printer.tell("the run has failed: what it was to save is not saved", .error)
      status = .failed
    }
    if status == .interrupted {
      printer.rescueAdapter(of: interpreter.executor, in: folder(of: recipe))
    }
    let execution = Execution(
      status: status, summary: summary, expectations: interpreter.expectations,
      seconds: (clock.now - start).seconds,
      hasDiverged: interpreter.executor.hasDiverged)
    RunHistory.own?.append(
      RunHistory.record(
        of: recipe, parameters(of: recipe, in: interpreter), in: interpreter.executor,
        ending: "\(execution.verdict)", seconds: execution.seconds, summary))
    return execution
  }

  /// The values that a run had, in the order of their names.
  private func parameters(
    of recipe: RecipeText, in interpreter: Interpreter<Session>
  ) -> [(name: String, value: Value)] {
    recipe.parameters.keys.sorted().compactMap { name in
      interpreter.environment[name].map { (name, $0) }
    }
  }

  private func connect(
    _ interpreter: Interpreter<Session>, _ onEvent: @escaping (Event) -> Void
  ) {
    interpreter.onEvent = onEvent
    interpreter.isCancelled = { Interruption.isRequested }
    interpreter.executor.endsWhenInterrupted = true
    interpreter.executor.isInterrupted = { Interruption.isRequested }
    interpreter.executor.isAborted = { Interruption.level == .abort }
  }

  private func runStatements(of recipe: RecipeText, _ interpreter: Interpreter<Session>)
    -> ExitStatus
  {
    do throws(RunFailure) {
      for part in recipe.parts {
        try interpreter.runRecipe(part.statements, of: part.tree.source)
      }
    } catch {
      return ExitStatus(error.kind)
    }
    // A training that was stopped gives its value; what the recipe promised is not done.
    return Interruption.isRequested ? .interrupted : .good
  }
}

extension Event {
  /// Whether it says that an expectation does not hold or has no value.
  fileprivate var isAboutExpectation: Bool {
    if case .diagnostic(let diagnostic) = self {
      ["E0702", "E0703"].contains(diagnostic.code)
    } else {
      false
    }
  }
}

extension ExitStatus {
  init(_ kind: RunFailure.Kind) {
    switch kind {
    case .failed: self = .failed
    case .recipe: self = .badRecipe
    case .input: self = .badInput
    case .interrupted: self = .interrupted
    }
  }
}
