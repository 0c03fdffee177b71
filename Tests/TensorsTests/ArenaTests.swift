import Tensors
import Testing

@Suite struct ArenaTests {
  @Test func releasedMemoryIsUsedAgain() {
    let arena = Arena()
    let first = arena.scoped { arena.matrix(100, 100).base }
    let second = arena.scoped { arena.matrix(10, 10).base }
    #expect(first == second)
  }

  @Test func largeRequestsGetChunksOfTheirOwnAndNothingOverlaps() {
    let arena = Arena()
    let matrices = [10, 3000, 20, 2500, 5].map { arena.matrix($0, 1000) }
    for (index, matrix) in matrices.enumerated() { matrix.fill(Float(index)) }
    for (index, matrix) in matrices.enumerated() {
      #expect((0..<matrix.count).allSatisfy { matrix.base[$0] == Float(index) })
    }
    #expect(matrices.allSatisfy { Int(bitPattern: $0.base) % 64 == 0 })
  }

  @Test func aSecondRoundAsksForNoMemory() {
    let arena = Arena()
    func round() { arena.scoped { for size in [900, 4000, 70] { _ = arena.matrix(size, 2000) } } }
    round()
    let bytes = arena.byteCount
    for _ in 0..<5 { round() }
    #expect(arena.byteCount == bytes)
  }
}
