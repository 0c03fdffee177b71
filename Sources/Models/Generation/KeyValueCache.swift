import Tensors

/// Rotated keys and values of one sequence, a matrix `[capacity, keyValueSize]` a layer.
package final class KeyValueCache {
  package let capacity: Int
  /// Positions filled so far.
  package private(set) var count = 0
  /// How long the sequence was when its keys were turned; not less than the count.
  private(set) var length = 0
  private let layers: [(keys: Matrix, values: Matrix)]
  private let arena = Arena()

  package init(sizes: DecoderSizes, capacity: Int) {
    self.capacity = capacity
    let arena = arena
    layers = (0..<sizes.layers).map { _ in
      (
        arena.matrix(capacity, sizes.keyValue),
        arena.matrix(capacity, sizes.keyValue)
      )
    }
  }

  package static func byteCount(sizes: DecoderSizes, capacity: Int) -> Int {
    sizes.layers * 2 * capacity * sizes.keyValue * MemoryLayout<Float>.stride
  }

  /// The rows of a layer with so many new ones behind them, to be stored.
  func rows(with new: Int, layer: Int) -> (keys: Matrix, values: Matrix) {
    precondition(
      count + new <= capacity, "\(new) keys and values behind \(count) of \(capacity)")
    let (keys, values) = layers[layer]
    return (keys.rows(0..<count + new), values.rows(0..<count + new))
  }

  /// Stores new rows of a layer behind those there; gives all rows including the new.
  func append(_ k: Matrix, _ v: Matrix, layer: Int) -> (keys: Matrix, values: Matrix) {
    precondition(k.rows == v.rows, "\(k.rows) keys and \(v.rows) values")
    let (keys, values) = rows(with: k.rows, layer: layer)
    keys.rows(count..<count + k.rows).copy(from: k)
    values.rows(count..<count + v.rows).copy(from: v)
    return (keys, values)
  }

  /// Counts rows that every layer has stored.
  func advance(by tokens: Int) {
    count += tokens
    length = count
  }

  /// Forgets everything past `count`.
  package func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "\(count) of \(self.count) positions kept")
    self.count = count
  }
}
