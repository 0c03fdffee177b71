import Glibc
import Synchronization

/// A fixed set of threads that share numbered tasks.
///
/// Tasks are claimed in order from one atomic word, so a slow core takes fewer; which thread runs a
/// task never changes its result because every task writes its own outputs. Idle workers spin for a
/// moment (products follow one another within microseconds), then sleep.
@safe package final class WorkerPool: @unchecked Sendable {
  /// Threads that work, the calling one included.
  package let threadCount: Int

  /// generation (24 bits) | task count (20 bits) | next task (20 bits).
  private let claim = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [pthread_t] = []
  /// Valid between publishing a generation and the last task's end; read only by who holds a task.
  private var body: (@Sendable (Int, Int) -> Void)?

  private static let indexBits: UInt64 = 20
  private static let indexMask: UInt64 = (1 << 20) - 1
  private static let spinLimit = 200_000
  /// The most tasks of one `run`.
  package static let largestTaskCount = Int(indexMask)

  package init(threadCount: Int) {
    self.threadCount = max(1, min(threadCount, 256))
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
    for worker in 1..<max(2, self.threadCount) where worker < self.threadCount {
      start(worker: worker)
    }
  }

  deinit {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wake()
    for thread in threads { pthread_join(thread, nil) }
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body(task, worker)` for every task in `0..<count`, at most `largestTaskCount` of them;
  /// returns when all are done. Not to be called from inside a task.
  package func run(_ count: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    precondition(
      (0...Self.largestTaskCount).contains(count),
      "\(count) tasks, where 0 to \(Self.largestTaskCount) fit one round")
    if threadCount == 1 || count <= 1 {
      for task in 0..<count { body(task, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      self.body = body
      finished.store(0, ordering: .relaxed)
      let generation = (claim.load(ordering: .relaxed) >> (2 * Self.indexBits)) &+ 1
      let word =
        (generation << (2 * Self.indexBits)) | (UInt64(count) << Self.indexBits)
      claim.store(word, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
      work(generation: generation & Self.generationMask, worker: 0)
      var spins = 0
      while finished.load(ordering: .acquiring) < count {
        spins += 1
        if spins > Self.spinLimit { sched_yield() }
      }
      self.body = nil
    }
  }

  private static let generationMask: UInt64 = (1 << 24) - 1

  private func work(generation: UInt64, worker: Int) {
    var word = claim.load(ordering: .acquiring)
    while true {
      let count = (word >> Self.indexBits) & Self.indexMask
      let index = word & Self.indexMask
      if (word >> (2 * Self.indexBits)) != generation || index >= count { return }
      let (exchanged, original) = claim.compareExchange(
        expected: word, desired: word + 1, ordering: .acquiringAndReleasing)
      guard exchanged else {
        word = original
        continue
      }
      perform(Int(index), worker)
      finished.add(1, ordering: .releasing)
      word = claim.load(ordering: .acquiring)
    }
  }

  /// Not inlined: the reference to `body` must be gone before the task counts as finished.
  @inline(never)
  private func perform(_ task: Int, _ worker: Int) {
    guard let body else { preconditionFailure("task \(task) was claimed and has no body") }
    body(task, worker)
  }

  private func start(worker: Int) {
    let start = unsafe ThreadStart(pool: Unmanaged.passUnretained(self), worker: worker)
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        unsafe start.pool.takeUnretainedValue().serve(worker: start.worker)
        return nil
      }, unsafe Unmanaged.passRetained(start).toOpaque())
    if status == 0 { threads.append(thread) }
  }

  private func serve(worker: Int) {
    var seen: UInt64 = 0
    while true {
      var spins = 0
      var generation = claim.load(ordering: .acquiring) >> (2 * Self.indexBits)
      while generation == seen {
        spins += 1
        if spins > Self.spinLimit {
          sleep(while: seen)
          spins = 0
        }
        if isStopping.load(ordering: .relaxed) { return }
        generation = claim.load(ordering: .acquiring) >> (2 * Self.indexBits)
      }
      seen = generation
      work(generation: generation, worker: worker)
    }
  }

  private func sleep(while generation: UInt64) {
    unsafe pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !isStopping.load(ordering: .sequentiallyConsistent),
      claim.load(ordering: .sequentiallyConsistent) >> (2 * Self.indexBits) == generation
    {
      unsafe pthread_cond_wait(condition, mutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_unlock(mutex)
  }

  private func wake() {
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }
}

@safe private final class ThreadStart {
  let pool: Unmanaged<WorkerPool>
  let worker: Int

  init(pool: Unmanaged<WorkerPool>, worker: Int) {
    unsafe self.pool = pool
    self.worker = worker
  }
}
