import Tensors
import Testing

/// What no input may bring about ends the process with its numbers; it never goes on with a product
/// left out, a number made up or memory that nobody wrote.
@Suite struct InvariantTests {
  @Test func `a product of shapes that do not fit stops`() async {
    let result = await #expect(processExitsWith: .exitCode(70), observing: [\.standardErrorContent])
    {
      let compute = Compute(threadCount: 1, precision: .f32)
      let (a, w, c) = (
        compute.arena.matrix(3, 8), compute.arena.matrix(5, 7), compute.arena.matrix(3, 5)
      )
      for matrix in [a, w] { matrix.fill(1) }
      compute.multiply(compute.pack(a), w.operand, .rowsOfMatrix, into: c)
    }
    expect("3 × 8 by 5 × 7", in: result)
  }

  @Test func `more tasks than a round holds stop`() async {
    let result = await #expect(processExitsWith: .exitCode(70), observing: [\.standardErrorContent])
    {
      WorkerPool(threadCount: 2).run(WorkerPool.largestTaskCount + 1) { _, _ in }
    }
    expect("1048576 tasks", in: result)
  }

  @Test func `a target beyond the head's rows stops`() async {
    let result = await #expect(processExitsWith: .exitCode(70), observing: [\.standardErrorContent])
    {
      let compute = Compute(threadCount: 1, precision: .f32)
      let weights = RawBuffer(byteCount: 4 * 4 * 8)
      weights.bound(to: Float.self).update(repeating: 0.5, count: 4 * 8)
      let head = FrozenMatrix(
        format: .f32, rows: 4, columns: 8, data: weights.base, rowByteCount: 32, owners: [weights])
      let hidden = compute.arena.matrix(1, 8)
      hidden.fill(1)
      _ = CrossEntropy.score(hidden: hidden, targets: [4], head: head, with: compute)
    }
    expect("the target 4 of 4 tokens", in: result)
  }

  private func expect(
    _ text: String, in result: ExitTest.Result?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains(text), "\(said.prefix(400))", sourceLocation: sourceLocation)
  }
}
