import CKernels
import Glibc

/// How operands of large products are kept: exact floats, or bfloat16 with float sums.
package enum Precision: String, Sendable {
  case f32, bf16
}

/// Where work runs: the threads, the operand type and scratch memory for each thread.
///
/// One `Compute` serves one model at a time; results are the same for any thread count.
package final class Compute: @unchecked Sendable {
  package let pool: WorkerPool
  package let operands: ck_operands
  /// Whether products go to OpenBLAS: where the CPU has none of our vector kernels.
  package let usesLibrary: Bool
  /// Whether a single row, as in decoding, is multiplied as blocks of int8.
  package let quantizesVectors: Bool
  /// Activations and temporaries of the calling thread.
  package let arena = Arena()
  private let workerArenas: [Arena]

  /// - Parameters:
  ///   - threadCount: nil reads SKILLET_THREADS, then takes the processors this process may use.
  ///   - precision: nil takes bf16 where the CPU multiplies it in hardware, else f32; f32, when it is
  ///     given, makes products of single rows exact as well.
  ///   - usesLibrary: nil takes OpenBLAS with the portable kernel table only.
  package init(
    threadCount: Int? = nil, precision: Precision? = nil, usesLibrary: Bool? = nil
  ) {
    let threads = threadCount ?? Self.defaultThreadCount
    pool = WorkerPool(threadCount: threads)
    workerArenas = (0..<pool.threadCount).map { _ in Arena() }
    let wantsBF16 = (precision ?? .bf16) == .bf16
    let library = unsafe usesLibrary ?? (String(cString: ck_isa_name()) == "portable")
    self.usesLibrary = library
    quantizesVectors = !library && wantsBF16
    operands = !library && wantsBF16 && ck_has_bf16() ? CK_OPERANDS_BF16 : CK_OPERANDS_F32
  }

  package var precision: Precision { operands == CK_OPERANDS_BF16 ? .bf16 : .f32 }

  package static var defaultThreadCount: Int {
    if let text = unsafe getenv("SKILLET_THREADS"), let count = unsafe Int(String(cString: text)),
      count > 0
    {
      return count
    }
    return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Scratch memory of one worker; release it before the task ends.
  package func scratch(of worker: Int) -> Arena { workerArenas[worker] }

  /// Rows of a block where each thread shall have its share, but for at most `most`.
  package func share(of rows: Int, most: Int = .max) -> Int {
    max(1, min(most, (rows + pool.threadCount - 1) / pool.threadCount))
  }

  /// Runs `body` over blocks of at most `grain` rows.
  package func forEachBlock(of rows: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
    forEachBlock(of: rows, grain: grain) { range, _ in body(range) }
  }

  /// Runs `body` over blocks of at most `grain` rows, with scratch memory that lasts for the block.
  package func forEachBlock(of rows: Int, grain: Int, _ body: @Sendable (Range<Int>, Arena) -> Void)
  {
    let blocks = (rows + grain - 1) / grain
    pool.run(blocks) { block, worker in
      let scratch = scratch(of: worker)
      scratch.scoped { body(block * grain..<min(rows, (block + 1) * grain), scratch) }
    }
  }
}
