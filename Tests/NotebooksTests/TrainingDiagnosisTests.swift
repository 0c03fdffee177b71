import Sessions
import Testing

/// What loss curves are said to mean.
@Suite struct TrainingDiagnosisTests {
  private func curve(_ losses: [Double], heldOut: [(Int, Double)] = []) -> TrainingCurve {
    TrainingCurve(
      losses: losses.enumerated().map { .init(step: $0.offset + 1, loss: $0.element) },
      evaluations: heldOut.map { .init(step: $0.0, loss: $0.1) })
  }

  private func finding(
    _ losses: [Double], heldOut: [(Int, Double)] = []
  ) -> TrainingDiagnosis.Finding? {
    TrainingDiagnosis(curve(losses, heldOut: heldOut))?.finding
  }

  private let falling = (0..<40).map { 3 - Double($0) * 0.05 }

  @Test func `a loss that rises or stays is told from one that falls`() {
    #expect(finding((0..<40).map { 2 + Double($0) * 0.1 }) == .rising)
    #expect(finding((0..<40).map { 2 + 0.01 * Double($0 % 2) }) == .flat)
    #expect(finding(falling) == .unmeasured)
  }

  @Test func `held-out losses that turn are overfitting, with the step where they turned`() throws {
    let turned = try #require(
      TrainingDiagnosis(curve(falling, heldOut: [(10, 2), (20, 1.5), (30, 1.8), (40, 2.2)])))
    #expect(turned.finding == .overfitting)
    #expect(turned.sentences[1].contains("lowest after step 20, 1.50, and is 2.20"))
  }

  @Test func `held-out losses that fall to the end ask for more, those that level do not`() {
    #expect(finding(falling, heldOut: [(20, 2), (40, 1.5)]) == .stillFalling)
    #expect(finding(falling, heldOut: [(20, 1.51), (40, 1.5)]) == .levelled)
    // within the tolerance a last loss above the best is no turn
    #expect(finding(falling, heldOut: [(20, 1.5), (40, 1.51)]) == .levelled)
  }

  @Test func `too few steps, or losses that are no numbers, say nothing`() {
    #expect(finding([]) == nil && finding([2]) == nil && finding([2, .nan, 1]) == nil)
  }
}
