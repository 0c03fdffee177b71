import Tensors

/// What keeps a case from being faster than the machine allows.
enum Limit {
  /// Multiplications and additions that one round cannot do without, in GFLOP.
  case products(Double)
  /// Bytes that one round has to read, in GB.
  case reading(Double)
}

/// Something to check and to time.
protocol BenchmarkCase {
  var name: String { get }
  /// What one round gets done, in `unit`s: divided by its seconds this is the figure.
  var work: Double { get }
  var unit: String { get }
  var limit: Limit { get }
  /// Bytes that this case is planned to need, weights included; nil where nothing plans it.
  var plannedBytes: Int? { get }
  /// The difference from the exact result, relative; throws if the case cannot run.
  func check(_ compute: Compute, against exact: Compute) throws -> Double
  /// The largest difference that counts as right.
  var tolerance: Double { get }
  /// Everything that is not timed; gives one round's work.
  func prepare(_ compute: Compute) throws -> () -> Void
}

extension BenchmarkCase {
  var plannedBytes: Int? { nil }
}

/// A result that is not the right one: its time would mean nothing.
struct WrongResult: Error, CustomStringConvertible {
  let description: String
}
