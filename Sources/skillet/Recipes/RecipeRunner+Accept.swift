import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Terminals

/// `skillet accept`: values of a run become what the recipe expects.
extension RecipeRunner {
  /// Runs a recipe and writes into it those of its new values that are accepted. Nothing is written of
  /// a run that failed or was stopped.
  func accept(_ file: String, overrides texts: [String], _ review: ChangeReview) -> ExitStatus {
    let start = clock.now
    do throws(ExitStatus) {
      let recipe = try readText(file)
      let fixed = try overrides(texts, for: recipe)
      let fault = report(diagnostics(of: recipe, fixed))
      guard fault == .good else { return finish(fault, since: start) }
      Interruption.install()
      let execution = Interruption.job { execute(recipe, fixed, records: true) }
      let status = try accept(execution, of: recipe, review)
      // the time that a person took to decide is not the run's
      printer.finish(status, seconds: execution.seconds)
      return status
    } catch {
      return finish(error, since: start)
    }
  }

  private func accept(
    _ execution: Execution, of recipe: RecipeText, _ review: ChangeReview
  ) throws(ExitStatus) -> ExitStatus {
    guard execution.status == .good else {
      printer.tell("nothing is recorded of a run that did not reach its end", .error)
      return execution.status
    }
    let source = recipe.main.source
    let recorder = ExpectationRecorder(execution.expectations, in: source)
    guard let decisions = review.decisions(on: recorder.changes, in: source.name) else {
      printer.tell("nothing is recorded", .error)
      return .interrupted
    }
    let accepted = zip(recorder.changes, decisions).filter { $0.1 == .accepted }.map(\.0)
    if !accepted.isEmpty { try write(recorder.bytes(accepting: accepted), over: source) }
    for (change, decision) in zip(recorder.changes, decisions) {
      printer.show(ExpectationVerdict(change, in: source.name, decision))
    }
    for rest in recorder.remainders { printer.show(ExpectationVerdict(rest, in: source.name)) }
    summarize(recorder, decisions, review.way, execution, of: source.name)
    let isSettled = accepted.count == recorder.changes.count && recorder.remainders.isEmpty
    return isSettled ? .good : .failed
  }

  private func summarize(
    _ recorder: ExpectationRecorder, _ decisions: [ExpectationVerdict.Decision],
    _ way: ChangeReview.Way, _ execution: Execution, of file: String
  ) {
    let count = recorder.changes.count
    if count == 0 {
      guard recorder.remainders.isEmpty else { return }
      printer.tell(
        execution.expectations.isEmpty
          ? "the recipe expects nothing; `expect x` asks for a value to be recorded"
          : "all expectations hold; nothing to record", .dim)
    } else if way == .show {
      printer.tell(
        "nothing is recorded by --dry-run: `skillet accept \(file) --all` "
          + (count == 1 ? "records this value" : "records these \(count) values"), .error)
    } else if way == .ask {
      let counts = [ExpectationVerdict.Decision.accepted, .rejected, .skipped].compactMap { kind in
        let count = decisions.count { $0 == kind }
        return count == 0 ? nil : "\(count) \(kind.rawValue)"
      }
      printer.tell("\(file): " + counts.joined(separator: ", "), .dim)
    }
  }

  private func write(_ bytes: [UInt8], over source: SourceText) throws(ExitStatus) {
    let file = source.name
    guard try read(file).main.source.bytes == source.bytes else {
      printer.tell("\(file) was edited while it ran; nothing is recorded", .error)
      throw .failed
    }
    do throws(FileError) {
      try AtomicFile.write(bytes, to: file)
    } catch {
      printer.tell("\(error.file): \(error.cause); \(error.fix)", .error)
      throw .failed
    }
  }
}
