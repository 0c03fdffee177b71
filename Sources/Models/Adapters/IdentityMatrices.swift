import Synchronization
import Tensors

/// The A of whole changes: an identity matrix of each size, shared by all layers of that size.
final class IdentityMatrices: Sendable {
  private let buffers = Mutex<[Int: RawBuffer]>([:])

  /// The identity `[size, size]`, which lives as long as this and is only read.
  subscript(size: Int) -> Matrix {
    let buffer = buffers.withLock { known in
      if let buffer = known[size] { return buffer }
      let buffer = RawBuffer(byteCount: size * size * 4)
      let values = unsafe buffer.bound(to: Float.self)
      unsafe values.initialize(repeating: 0, count: size * size)
      for row in 0..<size { unsafe values[row * size + row] = 1 }
      known[size] = buffer
      return buffer
    }
    return unsafe Matrix(base: buffer.bound(to: Float.self), rows: size, columns: size)
  }
}

extension IdentityMatrices: Equatable {
  /// Any two give the same.
  static func == (one: IdentityMatrices, other: IdentityMatrices) -> Bool { true }
}
