import Foundation

/// A process that prints its figures as JSON objects, one a line.
struct PeerRun {
  /// The objects of all lines, in order.
  let objects: [[String: Any]]
  private let command: String

  /// - Throws: `WrongResult` if it ends with another status than 0.
  init(_ program: String, _ arguments: [String]) throws {
    command = ([program] + arguments).joined(separator: " ")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    objects = data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
    }
    guard process.terminationStatus == 0 else {
      throw WrongResult(
        description: "\(command) ended with \(process.terminationStatus); run it by hand to see why"
      )
    }
  }

  /// A number of the last object that has it.
  func number(_ field: String) throws -> Double {
    guard let value = objects.last(where: { $0[field] is Double })?[field] as? Double else {
      throw WrongResult(description: "\(command) gave no \"\(field)\"; run it by hand to see why")
    }
    return value
  }
}

/// A row of the table of peers from measured pairs.
struct PairedRow {
  let work: String
  let peer: String
  /// Ours and theirs, measured one after the other.
  let pairs: [(peer: Double, own: Double)]
  /// Peak memory in MB.
  let memory: [(peer: Double, own: Double)]
  /// Whether less is better, as with seconds.
  var lessIsBetter = false

  static let heading = """
    | work | peer | peer | skillet | ratio (pairs) | memory, peer | memory, skillet |
    | --- | --- | --- | --- | --- | --- | --- |
    """

  var line: String {
    let ratios = pairs.map { lessIsBetter ? $0.peer / $0.own : $0.own / $0.peer }
    let list = ratios.map { String(format: "%.2f", $0) }.joined(separator: ", ")
    return "| \(work) | \(peer) | \(median(pairs.map(\.peer))) | \(median(pairs.map(\.own))) "
      + "| \(String(format: "%.2f", ratios.sorted()[ratios.count / 2])) (\(list)) "
      + "| \(median(memory.map(\.peer))) MB | \(median(memory.map(\.own))) MB |"
  }

  private func median(_ values: [Double]) -> String {
    Measurement.rounded(values.sorted()[values.count / 2])
  }
}
