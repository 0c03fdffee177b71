import Files

/// A line that goes from a text or comes into it.
struct LineChange {
  /// Counted from 1, in the old text for a line that goes and in the new one for a line that comes.
  let line: Int
  let isNew: Bool
  let text: String

  /// What makes one text out of another, in the order of the lines.
  static func all(from old: String, to new: String) -> [LineChange] {
    let lines = { (text: String) in
      // By bytes: CR LF is one character, and a line's end that changes is a change of the line.
      text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    return lines(new).difference(from: lines(old)).map { change in
      switch change {
      case .remove(let offset, let text, _): LineChange(line: offset + 1, isNew: false, text: text)
      case .insert(let offset, let text, _): LineChange(line: offset + 1, isNew: true, text: text)
      }
    }.sorted { ($0.line, $0.isNew ? 1 : 0) < ($1.line, $1.isNew ? 1 : 0) }
  }

  /// For people: the number, `-` or `+`, the line.
  var shown: String { "\(line) \(isNew ? "+" : "-") \(text)" }

  /// For programs.
  var json: JSONValue {
    ["line": .int(line), "change": isNew ? "added" : "removed", "text": .string(text)]
  }
}
