import Files
import Glibc

/// One submitted cell, as a line of the history file.
package struct HistoryEntry: Equatable, Sendable {
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
  /// What the cell does again, where that is not its text: it was stopped on the way.
  package var kept: String?
  /// Whether it was stopped where its text does not say so.
  package var wasCutShort = false
  /// The ids of the runs that it began.
  package var runs: [String] = []

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

  /// Seconds since 1970, as an entry has them.
  package static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

// MARK: - Lines of the file

extension HistoryEntry {
  /// Nil where a member is missing or of another type.
  init?(_ json: JSONValue) {
    guard let text = json["text"]?.string, let time = json["time"]?.double,
      let folder = json["folder"]?.string, let session = json["session"]?.string,
      let ok = json["ok"]?.bool
    else { return nil }
    self.init(
      text: text, time: time, folder: folder, session: session, ok: ok, cell: json["cell"]?.int)
    kept = json["kept"]?.string
    wasCutShort = json["cut_short"]?.bool ?? false
    runs = json["runs"]?.array?.compactMap(\.string) ?? []
  }

  var json: JSONValue {
    var members: JSONObject = [
      "text": .string(text), "time": .double(time), "folder": .string(folder),
      "session": .string(session), "ok": .bool(ok),
    ]
    if let cell { members["cell"] = .int(cell) }
    if let kept { members["kept"] = .string(kept) }
    if wasCutShort { members["cut_short"] = true }
    if !runs.isEmpty { members["runs"] = .array(runs.map { .string($0) }) }
    return .object(members)
  }
}
