/// The characters of a box.
struct BoxLines: Sendable {
  enum Edge: Int {
    case top, middle, bottom
  }

  let bar: String
  private let dash: String
  /// Left end, crossing and right end of each edge.
  private let joints: [[String]]

  static let unicode = BoxLines(
    bar: "│", dash: "─", joints: [["┌", "┬", "┐"], ["├", "┼", "┤"], ["└", "┴", "┘"]])
  static let ascii = BoxLines(
    bar: "|", dash: "-", joints: Array(repeating: ["+", "+", "+"], count: 3))

  func rule(_ edge: Edge, _ widths: [Int]) -> String {
    let ends = joints[edge.rawValue]
    let dashes = widths.map { String(repeating: dash, count: $0 + 2) }
    return ends[0] + dashes.joined(separator: ends[1]) + ends[2]
  }
}
