import Tensors

/// Something to check and to time.
protocol BenchmarkCase {
  var name: String { get }
  /// What one round gets done, in `unit`s: divided by its seconds this is the figure.
  var work: Double { get }
  var unit: String { get }
  /// The difference from the exact result, relative; throws if the case cannot run.
  func check(_ compute: Compute, against exact: Compute) throws -> Double
  /// The largest difference that counts as right.
  var tolerance: Double { get }
  /// Everything that is not timed; gives one round's work.
  func prepare(_ compute: Compute) throws -> () -> Void
}

/// A result that is not the right one: its time would mean nothing.
struct WrongResult: Error, CustomStringConvertible {
  let description: String
}

/// One case, checked and timed.
struct Measurement {
  let line: String

  init(
    _ item: any BenchmarkCase, rounds: Int, compute: Compute, exact: Compute
  ) throws {
    let difference = try item.check(compute, against: exact)
    guard difference <= item.tolerance else {
      throw WrongResult(
        description: "\(item.name): differs from the exact result by \(difference), "
          + "more than \(item.tolerance)")
    }
    let body = try item.prepare(compute)
    body()
    let clock = ContinuousClock()
    var seconds: [Double] = []
    for _ in 0..<max(1, rounds) {
      let start = clock.now
      body()
      seconds.append((clock.now - start).inSeconds)
    }
    seconds.sort()
    func rate(_ time: Double) -> String { Self.rounded(item.work / time) }
    line =
      "\(item.name): \(rate(seconds[seconds.count / 2])) \(item.unit)"
      + " (\(rate(seconds[seconds.count - 1])) to \(rate(seconds[0])))"
      + ", checked to \(Self.scientific(difference))"
  }

  private static func rounded(_ value: Double) -> String {
    value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
  }

  private static func scientific(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    var (mantissa, exponent) = (value, 0)
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    return "\((mantissa * 10).rounded() / 10)e\(exponent)"
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
