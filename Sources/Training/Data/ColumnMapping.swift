import Diagnostics
import Files
import Tokenizers

/// Which key of the file plays which part, and where a text is cut into prompt and completion.
package struct ColumnMapping: Equatable, Sendable {
  /// A part of a format (`prompt`) to the file's key for it (`question`).
  package var names: [String: String]
  /// Rows of `text` become prompt and completion: the prompt ends with the first place of this
  /// marker, the rest is the completion.
  package var cutAfter: String?
  /// Whether a list or an object in a named column is text as well: its JSON, on one line.
  var writesJSON = false

  package init(names: [String: String] = [:], cutAfter: String? = nil) {
    self.names = names
    self.cutAfter = cutAfter
  }

  /// From a recipe: `columns: {…}` gives parts their keys, `cut_after:` the marker.
  package init(columns: [String: String], cutAfter: String? = nil) throws(DataError) {
    self.init(names: columns, cutAfter: cutAfter)
    writesJSON = !columns.isEmpty
    if cutAfter == "" {
      throw DataError(
        file: "cut_after", reason: "the marker is empty, so a text could not be cut",
        fix: "Give the text that ends the prompt, for example \"\\nA:\"", option: .cutAfter)
    }
    let parts = Self.parts
    for part in columns.keys.sorted() where !parts.contains(part) {
      let near = NearestName.nearest(to: part, among: parts).map { "Did you mean \($0)? " } ?? ""
      throw DataError(
        file: "columns", reason: "no format has a part \"\(part)\"",
        fix: near + "The parts are " + parts.joined(separator: ", "), option: .columns)
    }
  }

  /// The JSON of a value that is no text, where the part was given its column; else nil.
  func json(of value: JSONValue, for part: String) -> String? {
    guard writesJSON, names[part] != nil, value.array != nil || value.object != nil else {
      return nil
    }
    return value.text(.compact, sortedKeys: false)
  }

  /// The file's key for a part.
  package func key(for part: String) -> String { names.isEmpty ? part : names[part] ?? part }

  /// The parts of all formats, each once.
  package static var parts: [String] {
    let names = DatasetFormat.allCases.flatMap { $0.requiredKeys + $0.optionalKeys }
    return names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }
      .map(\.element)
  }
}
