/// The possible merges of a word, lowest rank first and leftmost first among equals: a binary heap,
/// so that a word of a megabyte takes seconds, not days.
struct MergeQueue: Sendable {
  struct Candidate: Sendable {
    var rank: UInt32
    /// Of the left piece.
    var position: Int32
    /// Of both pieces together, in bytes, when this was queued.
    var length: Int32
    /// What they become.
    var token: Int32

    func precedes(_ other: Candidate) -> Bool {
      (rank, position) < (other.rank, other.position)
    }
  }

  private var heap: [Candidate] = []

  mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard candidate.precedes(heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = candidate
  }

  mutating func removeFirst() -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { sink(last) }
    return first
  }

  /// Puts `candidate` at the root's free place and lets it sink to where it belongs.
  private mutating func sink(_ candidate: Candidate) {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(candidate) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = candidate
  }
}
