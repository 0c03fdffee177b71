/// How fast a run goes, and how long the rest of it will take.
///
/// Work is counted in tokens, since steps differ in theirs. The first step also pages the weights in and
/// makes its buffers, so that it tells the pace only as long as it is the only one.
package struct TrainingPace {
  private let tokensPerStep: Double
  private let tokensPerEvaluation: Double
  private var first: (tokens: Double, seconds: Double)?
  private var later = (tokens: 0.0, seconds: 0.0)
  private var evaluations = (count: 0, seconds: 0.0)

  /// What reading a token takes of what learning from it does: forward, without backward.
  private static let readingShare = 0.4

  /// - Parameters:
  ///   - tokensPerStep: the mean of an epoch.
  ///   - tokensPerEvaluation: what one evaluation reads.
  package init(tokensPerStep: Double, tokensPerEvaluation: Double) {
    self.tokensPerStep = tokensPerStep
    self.tokensPerEvaluation = tokensPerEvaluation
  }

  package mutating func addStep(tokens: Int, seconds: Double) {
    guard first != nil else { return first = (Double(tokens), seconds) }
    later = (later.tokens + Double(tokens), later.seconds + seconds)
  }

  package mutating func addEvaluation(seconds: Double) {
    evaluations = (evaluations.count + 1, evaluations.seconds + seconds)
  }

  /// Seconds for so many steps and evaluations more; 0 before the first step.
  package func secondsLeft(steps: Int, evaluations left: Int) -> Double {
    guard let first else { return 0 }
    let measured = later.tokens > 0 ? later : first
    let secondsPerToken = measured.seconds / max(1, measured.tokens)
    let evaluation =
      evaluations.count > 0
      ? evaluations.seconds / Double(evaluations.count)
      : tokensPerEvaluation * secondsPerToken * Self.readingShare
    return Double(steps) * tokensPerStep * secondsPerToken + Double(left) * evaluation
  }
}
