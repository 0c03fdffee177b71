import Checkpoints
import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// `skillet accept`: values of a run become what the recipe expects.
extension RecipeRunner {
  /// Runs a recipe and writes into it what its expectations found. Nothing is written of a run that
  /// failed or was stopped.
  func accept(_ file: String, overrides texts: [String]) -> ExitStatus {
    let start = clock.now
    do throws(ExitStatus) {
      return finish(try acceptValues(file, texts), since: start)
    } catch {
      return finish(error, since: start)
    }
  }

  private func acceptValues(_ file: String, _ texts: [String]) throws(ExitStatus) -> ExitStatus {
    let recipe = try read(file)
    let fixed = try overrides(texts, for: recipe)
    let fault = report(diagnostics(of: recipe, fixed))
    guard fault == .good else { return fault }
    Interruption.install()
    let execution = Interruption.job { execute(recipe, fixed, records: true) }
    guard execution.status == .good else {
      screen.notice("nothing is recorded of a run that did not reach its end", .error)
      return execution.status
    }
    return try record(execution.expectations, in: recipe.main.source)
  }

  private func record(
    _ outcomes: [ExpectationOutcome], in source: SourceText
  ) throws(ExitStatus) -> ExitStatus {
    let recorder = ExpectationRecorder(outcomes, in: source)
    if !recorder.changes.isEmpty { try write(recorder.bytes, over: source) }
    let output = screen.streams.output
    for change in recorder.changes {
      output.writeLine(
        screen.style(.heading, "\(source.name):\(change.line)") + "  expect \(change.subject)")
      if !change.old.isEmpty { output.writeLine("  - " + change.old) }
      output.writeLine("  + " + change.new.drop { $0 == " " })
    }
    for rest in recorder.remainders {
      screen.notice("\(source.name):\(rest.line): expect \(rest.subject): \(rest.reason)", .error)
    }
    if recorder.changes.isEmpty, recorder.remainders.isEmpty {
      screen.notice(
        outcomes.isEmpty
          ? "the recipe expects nothing; `expect x` asks for a value to be recorded"
          : "all expectations hold; nothing to record")
    }
    return recorder.remainders.isEmpty ? .good : .failed
  }

  private func write(_ bytes: [UInt8], over source: SourceText) throws(ExitStatus) {
    let file = source.name
    guard try read(file).main.source.bytes == source.bytes else {
      screen.notice("\(file) was edited while it ran; nothing is recorded", .error)
      throw .failed
    }
    do throws(CheckpointError) {
      try AtomicFile.write(bytes, to: file)
    } catch {
      screen.notice("\(error.file): \(error.cause); \(error.fix)", .error)
      throw .failed
    }
  }
}
