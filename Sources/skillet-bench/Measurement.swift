import Diagnostics
import Tensors

/// One case, checked and timed.
struct Measurement {
  let name: String
  let unit: String
  /// Work a second: the median of the rounds, the slowest, the fastest.
  let rate: Double
  let slowest: Double
  let fastest: Double
  /// From the exact result, relative.
  let difference: Double
  /// Share of the machine's own peak, of products or of reading.
  let share: Double
  let peakBytes: Int
  let plannedBytes: Int?

  /// - Parameter isChecked: false leaves the check out, for a process whose memory is measured.
  init(_ item: any BenchmarkCase, rounds: Int, peak: MachinePeak, isChecked: Bool) throws {
    difference = isChecked ? try Self.checked(item) : .nan
    let compute = Compute()
    let body = try item.prepare(compute)
    PeakMemory.reset()
    body()
    let clock = ContinuousClock()
    var seconds: [Double] = []
    for _ in 0..<max(1, rounds) {
      let start = clock.now
      body()
      seconds.append((clock.now - start).seconds)
    }
    seconds.sort()
    let median = seconds[seconds.count / 2]
    name = item.name
    unit = item.unit
    rate = item.work / median
    slowest = item.work / seconds[seconds.count - 1]
    fastest = item.work / seconds[0]
    share =
      switch item.limit {
      case .products(let gigaflops): gigaflops / median / peak.gigaflopsASecond
      case .reading(let gigabytes): gigabytes / median / peak.gigabytesASecond
      }
    peakBytes = PeakMemory.bytes
    plannedBytes = item.plannedBytes
  }

  private static func checked(_ item: any BenchmarkCase) throws -> Double {
    let difference = try item.check(Compute(), against: Compute(precision: .f32))
    guard difference <= item.tolerance else {
      throw WrongResult(
        description: "\(item.name): differs from the exact result by \(difference), "
          + "more than \(item.tolerance)")
    }
    return difference
  }

  var line: String {
    var parts = [
      "\(name): \(Self.rounded(rate)) \(unit) (\(Self.rounded(slowest)) to \(Self.rounded(fastest)))",
      "\(Int((share * 100).rounded())) % of the peak",
    ]
    if !difference.isNaN {
      parts.append("checked to \(Self.scientific(difference))")
    } else {
      parts.append("\(peakBytes / 1_000_000) MB")
      if let plannedBytes { parts.append("planned \(plannedBytes / 1_000_000) MB") }
    }
    return parts.joined(separator: ", ")
  }

  /// One JSON object on one line.
  var json: String {
    let planned = plannedBytes.map { ",\"planned_mb\":\($0 / 1_000_000)" } ?? ""
    let checked = difference.isNaN ? "" : ",\"difference\":\(difference)"
    return "{\"case\":\"\(name)\",\"rate\":\(rate),\"slowest\":\(slowest),\"fastest\":\(fastest),"
      + "\"unit\":\"\(unit)\",\"share\":\(share),\"peak_mb\":\(peakBytes / 1_000_000)"
      + planned + checked + "}"
  }

  static func rounded(_ value: Double) -> String {
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
