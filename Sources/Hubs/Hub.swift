import Checkpoints
import Files

/// The hub of models, with the folder in which what it gave is kept.
package struct Hub {
  package enum Failure: Error {
    /// The user stopped it; what came by then stays.
    case interrupted
    case failed(FileError)
  }

  private let settings: HubSettings
  private let isInterrupted: () -> Bool
  private let notice: (String) -> Void

  /// - Parameters:
  ///   - isInterrupted: asked several times a second.
  ///   - notice: told one line that a person should know.
  package init(
    _ settings: HubSettings = HubSettings(), isInterrupted: @escaping () -> Bool,
    notice: @escaping (String) -> Void
  ) {
    self.settings = settings
    self.isInterrupted = isInterrupted
    self.notice = notice
  }

  /// Brings a model into the cache: what describes it first, then the headers of its weights, and the weights
  /// once `check` finds nothing against it.
  ///
  /// - Parameters:
  ///   - check: told a path to a model whose weights have headers and no numbers.
  ///   - onProgress: told bytes of the weights that are here, and all.
  /// - Returns: what to load.
  package func fetch(
    _ reference: HubReference, check: (String) throws(FileError) -> Void,
    onProgress: @escaping (_ done: Int, _ total: Int) -> Void
  ) throws(Failure) -> String {
    do throws(HubServer.Failure) {
      return try fetched(reference, check, onProgress)
    } catch {
      switch error {
      case .interrupted: throw .interrupted
      case .failed(let error): throw .failed(error)
      case .enough: preconditionFailure("\(reference.text): a file was left in the middle")
      }
    }
  }

  private func fetched(
    _ reference: HubReference, _ check: (String) throws(FileError) -> Void,
    _ onProgress: @escaping (Int, Int) -> Void
  ) throws(HubServer.Failure) -> String {
    let server = try HubServer.failing { () throws(FileError) -> HubServer in
      try openServer(for: reference)
    }
    let cache = try HubServer.failing { () throws(FileError) -> HubCache in
      try openCache(for: reference)
    }
    let (commit, names) = try server.listing(of: reference)
    let wanted = try HubServer.failing { () throws(FileError) -> WantedFiles in
      try cache.remember(commit, as: reference)
      return try WantedFiles(names, of: reference, in: reference.text)
    }
    let count = Count(onProgress)
    let download = HubDownload(
      server: server, cache: cache, reference: reference, commit: commit, onBytes: count.add)
    var small: [HubFile] = []
    for name in wanted.small + [wanted.index].compactMap(\.self) {
      let file = try server.description(of: name, reference, commit)
      try download.fetch(file)
      small.append(file)
    }
    let snapshot = cache.snapshot(reference.repository, commit)
    let weights = try describeWeights(wanted, in: snapshot, download)
    try rehearse(download, wanted, small, weights, check)
    let total = weights.reduce(0) { $0 + $1.size }
    let here = weights.reduce(0) { $0 + download.count(of: $1) }
    try HubServer.failing { () throws(FileError) -> Void in
      try requireRoom(total - here, reference, cache)
    }
    notice("fetching \(reference.repository), commit \(commit.prefix(12)), into \(cache.folder)")
    count.begin(at: here, of: total)
    for file in weights { try download.fetch(file) }
    return wanted.path(in: snapshot)
  }

  /// Bytes of weights that are here.
  private final class Count {
    private var done = 0
    /// Nil before the weights come.
    private var total: Int?
    private let onProgress: (Int, Int) -> Void

    init(_ onProgress: @escaping (Int, Int) -> Void) {
      self.onProgress = onProgress
    }

    func begin(at done: Int, of total: Int) { (self.done, self.total) = (done, total) }

    func add(_ count: Int) {
      done += count
      if let total { onProgress(done, total) }
    }
  }

  private func describeWeights(
    _ wanted: WantedFiles, in snapshot: String, _ download: HubDownload
  ) throws(HubServer.Failure) -> [HubFile] {
    var names = wanted.weights
    if let index = wanted.index {
      names = try HubServer.failing { () throws(FileError) -> [String] in
        try WantedFiles.shards(of: snapshot + "/" + index)
      }
    }
    var files: [HubFile] = []
    for name in names {
      files.append(
        try download.server.description(of: name, download.reference, download.commit))
    }
    return files
  }

  private func openServer(for reference: HubReference) throws(FileError) -> HubServer {
    guard !settings.isOffline else {
      throw FileError(
        .missing, file: reference.text,
        cause: "it is not whole in the cache, and HF_HUB_OFFLINE says that the hub is not asked",
        fix: "unset HF_HUB_OFFLINE, or copy the model to this computer")
    }
    return try HubServer(settings, isInterrupted: isInterrupted, notice: notice)
  }

  private func openCache(for reference: HubReference) throws(FileError) -> HubCache {
    if let folder = settings.cacheFolder { return HubCache(folder: Paths.absolute(folder)) }
    throw FileError(
      .unwritable, file: reference.text, cause: "there is no folder to keep it in",
      fix: "set HF_HOME, or HOME")
  }

  private func requireRoom(
    _ count: Int, _ reference: HubReference, _ cache: HubCache
  ) throws(FileError) {
    guard let room = Paths.room(in: cache.folder), room < count else { return }
    throw FileError(
      .unwritable, file: reference.text,
      cause: "\(count >> 20) MB are to come, and \(cache.folder) has room for \(room >> 20) MB",
      fix: "make room, or set HF_HOME to a folder on another disk")
  }

  // MARK: - Before the weights

  /// Bytes of a file that have its header, most likely.
  private static let firstBeginning = 16 << 20
  private static let largestBeginning = 256 << 20

  /// Lets `check` see the model with the headers of its weights; pickles are described at their end.
  private func rehearse(
    _ download: HubDownload, _ wanted: WantedFiles, _ small: [HubFile], _ weights: [HubFile],
    _ check: (String) throws(FileError) -> Void
  ) throws(HubServer.Failure) {
    let rehearsal = try HubServer.failing { () throws(FileError) -> Rehearsal in
      try Rehearsal()
    }
    for file in small {
      try HubServer.failing { () throws(FileError) -> Void in
        try rehearsal.add(file, download)
      }
    }
    for file in weights where !file.name.hasSuffix(".bin") {
      var count = Self.firstBeginning
      while true {
        try download.fetchBeginning(file, count: count)
        try HubServer.failing { () throws(FileError) -> Void in
          try rehearsal.add(file, download)
        }
        guard download.count(of: file) < min(file.size, Self.largestBeginning),
          rehearsal.headerIsCut(file, at: download.count(of: file))
        else { break }
        count *= 2
      }
    }
    do throws(FileError) {
      try check(wanted.path(in: rehearsal.folder))
    } catch {
      throw .failed(error.moved(from: rehearsal.folder, to: download.reference.text))
    }
  }
}

extension HubServer {
  static func failing<Value>(_ body: () throws(FileError) -> Value) throws(Failure) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw .failed(error)
    }
  }
}
