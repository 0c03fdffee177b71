/// What `explain` says of a code: why, and one wrong and one right example.
package struct Explanation: Sendable {
  /// Where a code is found.
  package enum Stage: Sendable {
    /// In any text, one cell of a session or a file.
    case reading
    /// In a recipe as a whole: its examples start with nothing loaded.
    case checking
    /// Only while it runs; its wrong example reads well.
    case running
  }

  package let code: String
  /// One line, without a full stop.
  package let title: String
  package let text: String
  package let wrong: String
  package let right: String
  package let stage: Stage

  init(
    _ code: String, _ title: String, _ text: String, wrong: String, right: String,
    stage: Stage = .reading
  ) {
    self.code = code
    self.title = title
    self.text = text
    self.wrong = wrong
    self.right = right
    self.stage = stage
  }

  /// Every code, in order.
  package static let all = syntax + commands + names + order + values + recipes + running

  /// The page of a code, whatever its letter case.
  package static func of(_ code: String) -> Explanation? {
    all.first { $0.code == code.uppercased() }
  }

  /// All codes in a few words: `E0101 to E0118, E0201, …`.
  package static var ranges: String {
    var ranges: [(first: String, last: String, number: Int)] = []
    for code in all.map(\.code) {
      let number = Int(code.dropFirst()) ?? 0
      if let range = ranges.last, code.first == range.last.first, number == range.number + 1 {
        ranges[ranges.count - 1] = (range.first, code, number)
      } else {
        ranges.append((code, code, number))
      }
    }
    return ranges.map { $0.first == $0.last ? $0.first : "\($0.first) to \($0.last)" }
      .joined(separator: ", ")
  }

  /// The page as it is printed.
  package var page: String {
    let indent = { (text: String) in
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    }
    return """
      \(code): \(title)

      \(text)

      Wrong:

      \(indent(wrong))

      Right:

      \(indent(right))

      """
  }
}
