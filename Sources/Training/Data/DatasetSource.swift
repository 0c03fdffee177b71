/// Where rows come from.
package enum DatasetSource: Equatable, Sendable {
  /// A file, or a folder whose data files are read in the order of their names.
  case file(path: String)
  /// Several of them, one after the other; the seed chooses rows where a weight takes a share of them.
  case files([Part], seed: UInt64)
  /// Text that stands in the recipe itself, in JSON Lines, JSON or plain paragraphs.
  case inline(String)

  package struct Part: Equatable, Sendable {
    package let path: String
    /// How many times its rows are taken: 2 takes each twice, 0.5 half of them.
    package let weight: Double

    package init(path: String, weight: Double = 1) {
      (self.path, self.weight) = (path, weight)
    }
  }

  /// The files and folders that are read.
  package var paths: [String] {
    switch self {
    case .file(let path): [path]
    case .files(let parts, _): parts.map(\.path)
    case .inline: []
    }
  }

  /// The name that errors and summaries use.
  package var name: String {
    switch self {
    case .file(let path): path
    case .files(let parts, _): Shown.list(parts.map(\.path))
    case .inline: "inline text"
    }
  }
}
