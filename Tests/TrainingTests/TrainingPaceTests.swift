import Testing
import Training

/// How long the rest of a run takes, by what is done of it.
@Suite struct TrainingPaceTests {
  @Test func `steps count by their tokens, and the first one only until there is another`() {
    var pace = TrainingPace(tokensPerStep: 100, tokensPerEvaluation: 0)
    #expect(pace.secondsLeft(steps: 9, evaluations: 0) == 0)
    pace.addStep(tokens: 200, seconds: 8)
    #expect(pace.secondsLeft(steps: 10, evaluations: 0) == 40)
    pace.addStep(tokens: 50, seconds: 1)
    #expect(pace.secondsLeft(steps: 10, evaluations: 0) == 20)
    pace.addStep(tokens: 150, seconds: 5)
    #expect(pace.secondsLeft(steps: 10, evaluations: 0) == 30)
  }

  @Test func `evaluations to come are part of it, guessed by tokens until one was measured`() {
    var pace = TrainingPace(tokensPerStep: 100, tokensPerEvaluation: 1000)
    pace.addStep(tokens: 100, seconds: 1)
    #expect(pace.secondsLeft(steps: 0, evaluations: 2) == 8)
    pace.addEvaluation(seconds: 3)
    #expect(pace.secondsLeft(steps: 1, evaluations: 2) == 7)
  }
}
