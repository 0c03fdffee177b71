/// How results look.
package enum OutputMode: String, CaseIterable, Sendable {
  case box, markdown, csv, json, jsonl, line

  /// The mode that a file's name asks for; `line` where it says nothing.
  package init(fileName: String) {
    let kinds: [(String, OutputMode)] = [
      (".md", .markdown), (".csv", .csv), (".jsonl", .jsonl), (".json", .json),
    ]
    self = kinds.first { fileName.hasSuffix($0.0) }?.1 ?? .line
  }
}
