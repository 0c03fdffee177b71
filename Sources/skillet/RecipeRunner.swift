import Checkpoints
import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// Reads, checks and runs whole recipes.
struct RecipeRunner {
  let screen: Screen
  let printer: any EventPrinter
  private let clock = ContinuousClock()

  init(screen: Screen, printer: any EventPrinter) {
    self.screen = screen
    self.printer = printer
  }

  /// Reads, checks and runs a recipe.
  func run(_ file: String, overrides: [String]) -> ExitStatus {
    let start = clock.now
    do throws(ExitStatus) {
      return finish(try run(read(file), overrides: overrides), since: start)
    } catch {
      return finish(error, since: start)
    }
  }

  /// Reads recipes and shows all that is wrong with them.
  func check(_ files: [String]) -> ExitStatus {
    let start = clock.now
    var status = ExitStatus.good
    do throws(ExitStatus) {
      for file in files {
        if report(try read(file)) == .good {
          printer.showGood(file)
        } else {
          status = .badRecipe
        }
      }
    } catch {
      status = error
    }
    return finish(status, since: start)
  }

  /// The last event comes whatever happened.
  private func finish(_ status: ExitStatus, since start: ContinuousClock.Instant) -> ExitStatus {
    let elapsed = clock.now - start
    printer.finish(
      isGood: status == .good,
      seconds: Double(elapsed.components.seconds)
        + Double(elapsed.components.attoseconds) * 1e-18)
    return status
  }

  func read(_ file: String) throws(ExitStatus) -> RecipeFile {
    if file == "-" {
      return RecipeFile(
        source: SourceText(name: "<stdin>", bytes: StandardInput.bytes()))
    }
    do throws(CheckpointError) {
      return try RecipeFile(path: file)
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

  /// Shows all that is wrong. An assertion that cannot hold is one that fails, not a bad recipe.
  private func report(_ recipe: RecipeFile, overrides: [String: Value] = [:]) -> ExitStatus {
    let diagnostics = recipe.check(verbs: Session().verbs, overrides: overrides)
    for diagnostic in diagnostics { printer.show(.diagnostic(diagnostic)) }
    guard diagnostics.containsError else { return .good }
    return diagnostics.allSatisfy { !$0.isError || $0.code == "E0701" } ? .failed : .badRecipe
  }

  private func run(_ recipe: RecipeFile, overrides: [String]) throws(ExitStatus) -> ExitStatus {
    let interpreter = Interpreter(executor: Session())
    do throws(ParameterValue.Refusal) {
      for text in overrides {
        let (name, value) = try ParameterValue.parse(text, for: recipe)
        interpreter.overrides[name] = value
      }
    } catch {
      screen.streams.error.writeLine("skillet: --set: \(error.message)")
      throw .wrongUsage
    }
    let fault = report(recipe, overrides: interpreter.overrides)
    guard fault == .good else { throw fault }
    Interruption.install()
    connect(interpreter)
    let status = Interruption.job { run(recipe, interpreter) }
    if status == .interrupted { printer.rescueAdapter(of: interpreter.executor) }
    return status
  }

  private func connect(_ interpreter: Interpreter<Session>) {
    interpreter.onEvent = { printer.show($0) }
    interpreter.executor.onEvent = { printer.show($0) }
    interpreter.isCancelled = { Interruption.level != .none }
    interpreter.executor.isInterrupted = { Interruption.level != .none }
    interpreter.executor.isAborted = { Interruption.level == .abort }
  }

  private func run(_ recipe: RecipeFile, _ interpreter: Interpreter<Session>) -> ExitStatus {
    do throws(RunFailure) {
      for part in recipe.parts {
        try interpreter.run(part.statements, of: part.tree.source)
      }
    } catch {
      return ExitStatus(error.kind)
    }
    // A training that was stopped gives its value; what the recipe promised is not done.
    if Interruption.level != .none { return .interrupted }
    return interpreter.failedExpectations > 0 ? .failed : .good
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
