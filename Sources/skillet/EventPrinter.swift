import Notebooks
import RecipeLanguage
import Terminals

/// Shows what a session tells: to people, or as JSON lines.
protocol EventPrinter: AnyObject {
  func show(_ event: InterpreterEvent)
  func show(_ event: SessionEvent)
  /// A recipe was checked, and nothing is wrong with it.
  func showGood(_ file: String)
  func finish(isGood: Bool, seconds: Double)
}

extension ProgressState {
  init(_ progress: Progress) {
    var figures: [String] = []
    if let loss = progress.loss { figures.append("loss " + NumberText.significant(loss)) }
    if let speed = progress.tokensPerSecond {
      figures.append(NumberText.significant(speed, digits: 3) + " tok/s")
    }
    figures.append(NumberText.size(progress.memory))
    self.init(
      progress.verb, done: progress.done, total: progress.total, figures: figures,
      secondsLeft: progress.secondsLeft)
  }
}
