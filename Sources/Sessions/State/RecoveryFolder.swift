import Diagnostics
import Files
import Glibc
import Models
import RecipeLanguage
import Training

/// Where a process keeps how far its training is, so that what no signal tells of before (a kill, a
/// full memory, a power cut) costs a minute of it and not all. The folder is as `train … to:` writes
/// one, and goes when the process comes to its end. A training that its user stopped gets a folder of its
/// own, which stays, so that another session may go on with it.
package final class RecoveryFolder {
  package let path: String
  /// Holds the training, and what a kill in the middle of its writing leaves beside it.
  private let folder: String
  private let lock: LockedFile
  private let parent: String
  private let interval: Double
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant

  private static let lockSuffix = ".lock"
  private static let trainingName = "training"
  private static let notesName = "recovery.json"
  /// Folders of processes that are gone beyond these are removed, the oldest first.
  private static let mostKept = 5

  /// - Parameters:
  ///   - parent: the folder of all such folders, which is made.
  ///   - interval: seconds between two savings.
  /// - Returns: nil if it cannot be written.
  package init?(in parent: String, every interval: Double) {
    guard unsafe mkdir(parent, 0o700) == 0 || errno == EEXIST else { return nil }
    Self.clear(parent)
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    folder = "\(parent)/\(time.tv_sec)-\(time.tv_nsec)-\(getpid())"
    path = folder + "/" + Self.trainingName
    guard let lock = LockedFile(folder + Self.lockSuffix) else { return nil }
    self.lock = lock
    self.parent = parent
    self.interval = interval
    last = clock.now
  }

  /// Removes what nobody needs of processes that are gone: the oldest trainings, folders without a whole
  /// one, and locks without a folder.
  private static func clear(_ parent: String) {
    for old in left(in: parent).dropFirst(mostKept) { remove(Paths.parent(of: old.path)) }
    for name in Paths.names(in: parent) ?? [] {
      let path = parent + "/" + name
      guard name.hasSuffix(lockSuffix) else {
        let isWhole = Left(path + "/" + trainingName) != nil
        if !isWhole, LockedFile(path + lockSuffix) != nil { remove(path) }
        continue
      }
      if !Paths.exists(String(path.dropLast(lockSuffix.count))) { LockedFile(path)?.remove() }
    }
  }

  /// Whether it is time to write again.
  func isDue() -> Bool { (clock.now - last).seconds >= interval }

  /// Counts the time from now on.
  func begin() { last = clock.now }

  /// Writes a training that was stopped where the end of this process leaves it.
  ///
  /// - Returns: its folder, for `remove(_:)`; nil if there can be none.
  func keep(
    _ run: TrainingRun, _ adapter: AdapterInUse, data: String, after preparation: Preparation
  ) throws(FileError) -> String? {
    guard let own = RecoveryFolder(in: parent, every: interval) else { return nil }
    try own.write(run, adapter, data: data, after: preparation, isStopped: true)
    return own.folder
  }

  /// Writes a training as it stands.
  func write(
    _ run: TrainingRun, _ adapter: AdapterInUse, data: String, after preparation: Preparation,
    isStopped: Bool = false
  ) throws(FileError) {
    begin()
    _ = try adapter.files.write(
      adapter.adapter, to: path, state: try run.file(with: adapter.adapter))
    let notes: JSONValue = [
      "time": .int(time(nil)), "model": .string(run.modelName), "data": .string(data),
      "folder": .string(Paths.currentFolder), "steps": .int(run.state.steps),
      "stopped": .bool(isStopped), "lines": .array(preparation.lines.map { .string($0) }),
    ]
    try AtomicFile.write(notes.text() + "\n", to: path + "/" + Self.notesName)
  }

  /// Takes the folder away: the process has come to its end.
  package func remove() {
    Self.remove(folder)
    lock.remove()
  }

  /// Removes the folder of a training, from which nothing goes on any more.
  static func remove(_ folder: String) {
    for name in Paths.names(in: folder) ?? [] {
      let path = folder + "/" + name
      for file in Paths.names(in: path) ?? [] { unsafe unlink(path + "/" + file) }
      unsafe rmdir(path)
    }
    unsafe rmdir(folder)
    unsafe unlink(folder + lockSuffix)
  }

  // MARK: - What a crash has left

  /// A training that was cut off or stopped.
  package struct Left: Sendable {
    package let path: String
    /// Seconds since 1970 when it was written.
    package let time: Int
    package let model: String
    package let data: String
    /// Where the process ran.
    package let folder: String
    package let steps: Int
    /// Whether its user stopped it, or let it pause.
    package let isStopped: Bool
    /// What was typed for its model and data; empty where lines cannot tell it.
    package let lines: [String]

    /// Takes it away for good.
    package func remove() { RecoveryFolder.remove(Paths.parent(of: path)) }

    init?(_ path: String) {
      guard let file = try? MappedFile(path: path + "/" + notesName),
        let notes = try? JSONValue(parsing: file.contents()),
        let time = notes["time"]?.int, let model = notes["model"]?.string,
        let data = notes["data"]?.string, let folder = notes["folder"]?.string,
        let steps = notes["steps"]?.int
      else { return nil }
      self.path = path
      self.time = time
      self.model = model
      self.data = data
      self.folder = folder
      self.steps = steps
      isStopped = notes["stopped"]?.bool ?? false
      lines = notes["lines"]?.array?.compactMap(\.string) ?? []
    }
  }

  /// What processes that are gone have left, the latest first.
  package static func left(in parent: String) -> [Left] {
    (Paths.names(in: parent) ?? []).compactMap { name in
      let path = parent + "/" + name
      guard !name.hasSuffix(lockSuffix), Paths.isFolder(path),
        LockedFile(path + lockSuffix) != nil
      else { return nil }
      return Left(path + "/" + trainingName)
    }.sorted { ($0.time, $0.path) > ($1.time, $1.path) }
  }
}
