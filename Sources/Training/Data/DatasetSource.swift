/// Where rows come from.
package enum DatasetSource: Equatable, Sendable {
  case file(path: String)
  /// Text that stands in the recipe itself, in JSON Lines, JSON or plain paragraphs.
  case inline(String)

  /// The name that errors and summaries use.
  package var name: String {
    switch self {
    case .file(let path): path
    case .inline: "inline text"
    }
  }
}
