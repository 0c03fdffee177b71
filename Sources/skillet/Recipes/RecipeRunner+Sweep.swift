import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// `--sweep`: one recipe with several values, each run from nothing.
extension RecipeRunner {
  /// Checks every combination before the first one runs, then runs one after the other. The first run
  /// that fails ends the sweep; those before it are still told.
  func sweep(
    _ recipe: RecipeText, _ fixed: [String: Value], _ settings: Settings
  ) throws(ExitStatus) -> ExitStatus {
    let runs: [ParameterSweep.Run]
    do throws(ParameterValue.Refusal) {
      runs = try ParameterSweep(settings.sweeps, for: recipe, beside: fixed.keys).runs
    } catch {
      printer.tell("skillet: --sweep: \(error.message)", .error)
      throw .wrongUsage
    }
    try refuseMistakes(in: recipe, runs, fixed)
    Interruption.install()
    var rows: [RecipeLanguage.Table.Row] = []
    var verdict = ExitStatus.good
    let status = Interruption.job {
      for (index, run) in runs.enumerated() {
        printer.begin(run, number: index + 1, of: runs.count)
        let execution = execute(recipe, run.overrides(beside: fixed), budget: settings.budget)
        guard execution.status == .good else { return execution.status }
        if execution.verdict != .good { verdict = execution.verdict }
        rows.append(row(of: run, execution))
      }
      return verdict
    }
    let table = RecipeLanguage.Table(rows: rows)
    printer.show(table)
    guard let chart = settings.chart, let swept = runs.first?.record.names, !rows.isEmpty else {
      return status
    }
    do throws(TableFigure.Refusal) {
      let picture = TableFigure(table, choosing: chart.best)
      let figure =
        swept.count == 2
        ? try picture.heatMap(of: chart.column, x: swept[0], y: swept[1])
        : try picture.curves(of: chart.column, over: swept[0], by: nil)
      printer.show(figure)
      return status
    } catch {
      let measured = TableFigure(table).measured.filter { !swept.contains($0) }
      printer.tell(
        "--chart \(chart.column): not every run has this number; all have "
          + measured.joined(separator: ", "), .error)
      return .failed
    }
  }

  /// What is wrong with one combination is shown once, with its values; warnings are those of the
  /// first.
  private func refuseMistakes(
    in recipe: RecipeText, _ runs: [ParameterSweep.Run], _ fixed: [String: Value]
  ) throws(ExitStatus) {
    for (index, run) in runs.enumerated() {
      var found = diagnostics(of: recipe, run.overrides(beside: fixed))
      guard found.containsError else {
        if index == 0 { _ = report(found) }
        continue
      }
      for index in found.indices where found[index].isError {
        found[index].notes.append("in the run \(run.label)")
      }
      throw report(found)
    }
  }

  private func row(
    of run: ParameterSweep.Run, _ execution: Execution
  ) -> RecipeLanguage.Table.Row {
    var record = run.record
    for (name, value) in execution.summary.metrics where record[name] == nil {
      record[name] = value
    }
    if record["seconds"] == nil { record["seconds"] = .duration(execution.seconds) }
    return RecipeLanguage.Table.Row(label: run.label, record: record)
  }
}
