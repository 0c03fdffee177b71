import Diagnostics
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// Shows what a session tells: to people, or as JSON lines.
protocol EventPrinter: AnyObject {
  func show(_ event: Event)
  /// What a command of a recipe that is only checked would give; `none` where only a run knows that.
  func showPlan(_ event: ValueEvent)
  /// A recipe was checked, and nothing is wrong with it.
  func showGood(_ file: String)
  /// A run of a sweep begins; what follows belongs to it.
  func begin(_ run: ParameterSweep.Run, number: Int, of count: Int)
  /// The runs of a sweep that ended well, a row each. Nothing belongs to one run any more.
  func show(_ runs: RecipeLanguage.Table)
  /// The picture of those runs.
  func show(_ picture: Figure)
  /// What became of an expectation that a run found broken or without a value.
  func show(_ verdict: ExpectationVerdict)
  /// One remark about the work as a whole.
  func tell(_ text: String, _ role: TextStyle.Role)
  func finish(_ status: ExitStatus, seconds: Double)
}

extension ProgressState {
  init(_ progress: Progress) {
    self.init(
      progress.verb, done: progress.done, total: progress.total, figures: progress.figures,
      secondsLeft: progress.secondsLeft)
  }
}
