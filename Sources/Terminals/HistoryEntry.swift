import FoundationEssentials

/// One submitted cell, as a line of the history file.
package struct HistoryEntry: Codable, Equatable, Sendable {
  /// The whole cell, newlines and all.
  package var text: String
  /// Seconds since 1970.
  package var time: Double
  /// Folder in which the prompt ran.
  package var folder: String
  /// Tells the prompts apart that wrote at the same time.
  package var session: String
  /// False when the cell ended with an error.
  package var ok: Bool
  /// Its number, if it was a cell and counted.
  package var cell: Int?

  package init(
    text: String, time: Double, folder: String, session: String, ok: Bool, cell: Int? = nil
  ) {
    self.text = text
    self.time = time
    self.folder = folder
    self.session = session
    self.ok = ok
    self.cell = cell
  }
}
