import Synchronization
import Tensors
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyTaskRunsOnceInEveryRound(threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    for count in [0, 1, 2, 7, 100, 1000] {
      let runs = (0..<count).map { _ in Counter() }
      for _ in 0..<20 {
        pool.run(count) { task, worker in
          runs[task].value.add(1, ordering: .relaxed)
          #expect(worker < pool.threadCount)
        }
      }
      #expect(runs.allSatisfy { $0.value.load(ordering: .relaxed) == 20 })
    }
  }

  @Test func poolsEndWhileTheirWorkersSleepOrSpin() {
    for _ in 0..<50 {
      let pool = WorkerPool(threadCount: 3)
      let total = Counter()
      pool.run(10) { _, _ in total.value.add(1, ordering: .relaxed) }
      #expect(total.value.load(ordering: .relaxed) == 10)
    }
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }
}
