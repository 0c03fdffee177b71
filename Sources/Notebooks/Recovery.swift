import RecipeLanguage
import Sessions

/// The folders of trainings that a crash may cut off, and of those that were stopped: in the user's own
/// folder.
package enum Recovery {
  /// Seconds between two savings where nobody says otherwise.
  package static let standardInterval = 60.0

  private static var parent: String? { SkilletHome.path("recovery") }

  /// The folder of this process; nil where there can be none.
  ///
  /// - Parameter interval: seconds between two savings; 0 for none at all.
  package static func folder(every interval: Double) -> RecoveryFolder? {
    guard interval > 0, let parent else { return nil }
    return RecoveryFolder(in: parent, every: interval)
  }

  /// What was cut off or stopped, the latest first.
  package static var left: [RecoveryFolder.Left] {
    parent.map { RecoveryFolder.left(in: $0) } ?? []
  }
}

extension RecoveryFolder.Left {
  /// The line that goes on with it, behind `lines`.
  package var line: String { "\(Train.name) resume: \(NumberText.quoted(path))" }

  /// What became of it, for the first lines of a session.
  package var ending: String {
    "a training was \(isStopped ? "stopped" : "cut off") after step \(steps)"
  }

  /// The trainings as a table, numbered from 1.
  package static func table(of left: [Self]) -> Table {
    Table(
      rows: left.enumerated().map { index, training in
        Table.Row(
          label: "\(index + 1)",
          record: Record([
            ("ended", .string(training.isStopped ? "stopped" : "cut off")),
            ("time", .string(RunHistory.time(training.time))),
            ("step", .string("\(training.steps)")), ("data", .string(training.data)),
            ("folder", .string(training.folder)), ("model", .string(training.model)),
          ]))
      }, heading: "training")
  }
}
