import Glibc

/// Stack-like memory for activations and scratch: allocate, then release everything since a mark.
///
/// Chunks are kept for reuse, so a training step allocates nothing once the longest batch has been
/// seen. They are large because only touched pages cost memory, while the end of a chunk that the next
/// allocation does not fit into would be lost. Every allocation is aligned to 64 bytes. Used by one thread.
package final class Arena: @unchecked Sendable {
  /// A position to release to.
  package struct Mark {
    fileprivate let chunk: Int
    fileprivate let offset: Int
  }

  @safe private struct Chunk {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// Bytes of the chunks before it.
    let start: Int
  }

  private static let smallestChunk = 256 << 20
  private static let hugePage = 2 << 20
  private var chunks: [Chunk] = []
  private var current = 0
  private var offset = 0

  package init() {}

  deinit {
    for chunk in chunks { unsafe free(chunk.base) }
  }

  /// Bytes held from the system.
  package var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

  /// The most bytes in use at once so far.
  package private(set) var peakByteCount = 0

  package func mark() -> Mark { Mark(chunk: current, offset: offset) }

  package func release(to mark: Mark) {
    precondition(
      (mark.chunk, mark.offset) <= (current, offset),
      "release to chunk \(mark.chunk) byte \(mark.offset), past \(current), \(offset)")
    current = mark.chunk
    offset = mark.offset
  }

  /// Gives `byteCount` bytes with undefined contents.
  package func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
    precondition(byteCount >= 0, "an allocation of \(byteCount) bytes")
    let size = (max(byteCount, 1) + 63) & ~63
    while current < chunks.count, chunks[current].byteCount - offset < size {
      current += 1
      offset = 0
    }
    if current == chunks.count {
      appendChunk(byteCount: max(size, Self.smallestChunk))
      offset = 0
    }
    defer { offset += size }
    peakByteCount = max(peakByteCount, chunks[current].start + offset + size)
    return unsafe chunks[current].base + offset
  }

  /// A matrix `[rows, columns]` with undefined contents.
  package func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let bytes = unsafe allocate(byteCount: rows * columns * MemoryLayout<Float>.stride)
    return unsafe Matrix(
      base: bytes.assumingMemoryBound(to: Float.self), rows: rows, columns: columns)
  }

  /// Runs `body` and releases what it allocated.
  package func scoped<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = mark()
    defer { release(to: start) }
    return try body()
  }

  private func appendChunk(byteCount: Int) {
    var pointer: UnsafeMutableRawPointer?
    let status = unsafe posix_memalign(&pointer, Self.hugePage, byteCount)
    guard status == 0, let pointer = unsafe pointer else {
      // Out of memory is the one failure that no caller can act on.
      unsafe perror("skillet: out of memory")
      exit(70)
    }
    // Activations are walked by columns too, a page a row: small pages would outnumber the TLB.
    unsafe madvise(pointer, byteCount, MADV_HUGEPAGE)
    unsafe chunks.append(Chunk(base: pointer, byteCount: byteCount, start: self.byteCount))
  }
}
