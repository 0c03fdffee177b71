/// What happened to a row that was not used as it stands.
package struct RowNote: Equatable, Sendable {
  package var line: Int
  package var reason: String
  /// The row's file, where a dataset has several.
  package var file: String?

  package init(line: Int, reason: String, file: String? = nil) {
    self.line = line
    self.reason = reason
    self.file = file
  }

  /// The reasons of notes with their counts, the commonest first; of many the first few.
  package static func reasons(of notes: some Collection<RowNote>) -> String {
    var counts: [(reason: String, count: Int)] = []
    var places: [String: Int] = [:]
    for note in notes {
      if let place = places[note.reason] {
        counts[place].count += 1
      } else {
        places[note.reason] = counts.count
        counts.append((note.reason, 1))
      }
    }
    let sorted = counts.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }
    let shown = sorted.prefix(5).map { "\($0.element.count) × \($0.element.reason)" }
    let rest = sorted.count - shown.count
    return shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more reasons" : "")
  }
}
