import RecipeLanguage
import Sessions

/// The folders of trainings that a crash may cut off: in the user's own folder, a folder a process.
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

  /// What was cut off, the latest first.
  package static var left: [RecoveryFolder.Left] {
    parent.map { RecoveryFolder.left(in: $0) } ?? []
  }
}

extension RecoveryFolder.Left {
  /// The line that goes on with it, after the same model, quantization, data and split.
  package var line: String { "train resume: \(NumberText.quoted(path))" }

  /// The trainings as a table, by number and time.
  package static func table(of left: [Self]) -> Table {
    Table(
      rows: left.enumerated().map { index, training in
        Table.Row(
          label: "\(index + 1)  \(RunHistory.time(training.time))",
          record: Record([
            ("steps", .int(training.steps)), ("model", .string(training.model)),
            ("data", .string(training.data)), ("folder", .string(training.folder)),
          ]))
      })
  }
}
