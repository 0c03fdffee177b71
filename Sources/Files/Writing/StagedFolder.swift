import Glibc

/// A new folder under a temporary name, which is removed unless it gets another one. It is locked as
/// long as this process is at work on it.
struct StagedFolder: ~Copyable {
  let path: String
  /// The folder as the user named it, for errors.
  private let givenPath: String
  private let descriptor: Int32
  private let owned: Set<String>?
  private let target: String

  /// - Parameters:
  ///   - target: what the folder is to become.
  ///   - folder: where it stands until then.
  ///   - owned: names of what the program writes, which is not the user's; nil for all.
  init(
    of target: String, in folder: String, owning owned: Set<String>?, given: String
  ) throws(FileError) {
    let made = try Self.make(of: target, in: folder, given)
    (path, descriptor) = (made.path, made.descriptor)
    givenPath = given
    (self.target, self.owned) = (target, owned)
  }

  private static func make(
    of target: String, in folder: String, _ given: String
  ) throws(FileError) -> (path: String, descriptor: Int32) {
    let names = TemporaryName(of: Paths.name(of: target))
    while true {
      let path = folder + "/" + names.fresh()
      if unsafe mkdir(path, 0o755) != 0 {
        if errno == EEXIST { continue }
        throw WritingCalls.error(given, "cannot be written")
      }
      let descriptor = WritingCalls.retrying {
        unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
      if descriptor < 0 {
        if errno == ENOENT { continue }
        let error = WritingCalls.error(given, "cannot be written")
        unsafe rmdir(path)
        throw error
      }
      // another process that removes leftovers may have come between the calls
      if WritingCalls.lock(descriptor), Paths.status(of: path, followsLink: false) != nil {
        return (path, descriptor)
      }
      close(descriptor)
    }
  }

  /// Removes what stands under the temporary name: this folder, or its predecessor.
  deinit {
    Leftovers.removeFolder(path, owning: owned, movingTo: target)
    close(descriptor)
  }

  func write(_ source: FolderFile) throws(FileError) {
    let file = path + "/" + source.name
    let shown = givenPath + "/" + source.name
    let descriptor = WritingCalls.retrying {
      unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw WritingCalls.error(shown, "cannot be written") }
    defer { close(descriptor) }
    try source.forEachPart { bytes throws(FileError) in
      try unsafe bytes.withUnsafeBufferPointer { buffer throws(FileError) in
        try unsafe WritingCalls.write(UnsafeRawBufferPointer(buffer), to: descriptor, of: shown)
      }
    }
    try WritingCalls.synchronize(descriptor, of: shown)
  }

  /// Gives this folder the other's files, all but those named, and its permissions; false if it has
  /// something that cannot stand in two folders, such as a folder.
  func take(from folder: String, except names: Set<String>) -> Bool {
    guard let found = Paths.names(in: folder),
      let status = Paths.status(of: folder, followsLink: true)
    else { return false }
    for name in found where !names.contains(name) {
      guard unsafe link(folder + "/" + name, path + "/" + name) == 0 || errno == EEXIST else {
        return false
      }
    }
    return status.permissions == 0o755 || fchmod(descriptor, status.permissions) == 0
  }

  func synchronize() throws(FileError) {
    try WritingCalls.synchronize(folder: path)
  }
}
