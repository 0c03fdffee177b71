import Diagnostics
import Models

/// The state of long work.
package struct Progress: Sendable {
  package var verb: String
  package var done: Int
  package var total: Int
  /// What of it was done earlier, by a training that goes on.
  package var before: Int
  /// What is counted: steps, rows, tokens.
  package var unit: String
  package var loss: Double?
  package var tokensPerSecond: Double?
  package var secondsLeft: Double?
  /// Whether that is the most that it may take, and it often ends before.
  package var mayEndEarly = false
  package var seconds: Double
  /// Peak memory of the process in bytes.
  package var memory: Int

  package init(
    verb: String, done: Int, total: Int, before: Int = 0, unit: String, loss: Double? = nil,
    tokensPerSecond: Double? = nil, secondsLeft: Double? = nil, seconds: Double = 0
  ) {
    self.verb = verb
    self.done = done
    self.total = total
    self.before = before
    self.unit = unit
    self.loss = loss
    self.tokensPerSecond = tokensPerSecond
    self.secondsLeft = secondsLeft
    self.seconds = seconds
    memory = PeakMemory.bytes
  }

  /// How far a loop is.
  package init(done: Int, of total: Int, since start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start).seconds
    self.init(
      verb: ValueEvent.loopRow, done: done, total: total, unit: "runs",
      secondsLeft: seconds / Double(max(1, done)) * Double(total - done), seconds: seconds)
  }
}
