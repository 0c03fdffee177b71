import CFiles
import Glibc

/// Files that belong together and appear in a folder together, or not at all.
///
/// They are written into a new folder beside the target and forced to the disk; then the two change
/// places in one step, and the old one is removed. Other files of the old folder stay in the target.
/// Where folders cannot change places (a mount point, the current folder, one that has folders in it,
/// a file system without that call), `FolderJournal` does it.
package struct WholeFolder {
  /// The path as it was given, for errors.
  private let given: String
  /// Names of what the program writes; what an older folder has of them goes.
  private let owned: Set<String>
  /// The target without links, or the path itself where there is nothing yet.
  private let target: String
  private let exists: Bool

  /// Writes `files` into a folder, which is made with those above it where it is missing.
  ///
  /// - Parameters:
  ///   - owned: names of what the program writes there. Those that are not among `files` go.
  ///   - kept: names of those that stay if they are there.
  package static func write(
    _ files: [FolderFile], to path: String, owning owned: Set<String>,
    keeping kept: Set<String> = []
  ) throws(FileError) {
    try inFolders(above: path) { () throws(FileError) in
      try WholeFolder(path, owning: owned).write(files, keeping: kept)
    }
  }

  /// Checks that a folder could be written, and leaves nothing behind.
  package static func requireWritable(_ path: String) throws(FileError) {
    let made = try FolderMaking.make(path)
    defer { FolderMaking.unmake(made) }
    let folder = try WholeFolder(path, owning: [])
    let parent = Paths.parent(of: folder.target)
    let isBeside = unsafe access(parent, W_OK | X_OK) == 0
    _ = try StagedFolder(
      of: folder.target, in: isBeside ? parent : folder.target, owning: nil, given: path)
  }

  /// Makes the folders above a path for `body`; if it fails they go again.
  private static func inFolders(
    above path: String, _ body: () throws(FileError) -> Void
  ) throws(FileError) {
    let made = try FolderMaking.make(Paths.parent(of: path))
    do throws(FileError) {
      try body()
    } catch {
      FolderMaking.unmake(made)
      throw error
    }
  }

  private init(_ given: String, owning owned: Set<String>) throws(FileError) {
    let trimmed = String(given.reversed().drop { $0 == "/" }.reversed())
    let path = trimmed.isEmpty && given.hasPrefix("/") ? "/" : trimmed
    (self.given, self.owned) = (given, owned)
    guard let resolved = unsafe realpath(path, nil) else {
      guard errno == ENOENT, Paths.status(of: path, followsLink: false) == nil else {
        throw FileError(
          .unwritable, file: given,
          cause: errno == ENOENT ? "this is a link to nothing" : "a file has this name",
          fix: "choose another folder")
      }
      (target, exists) = (path, false)
      return
    }
    defer { unsafe free(resolved) }
    (target, exists) = unsafe (String(cString: resolved), true)
    guard Paths.status(of: target, followsLink: true)?.isFolder == true else {
      throw FileError(
        .unwritable, file: given, cause: "a file has this name", fix: "choose another folder")
    }
  }

  private func write(
    _ files: [FolderFile], keeping kept: Set<String>
  ) throws(FileError) {
    let parent = Paths.parent(of: target)
    guard !isFixed(in: parent) else { return try writeWithJournal(files, keeping: kept) }
    Leftovers.remove(of: target, in: parent, owning: owned)
    let isDone = try writeBeside(files, keeping: kept, in: parent)
    if !isDone { try writeWithJournal(files, keeping: kept) }
  }

  private func writeWithJournal(
    _ files: [FolderFile], keeping kept: Set<String>
  ) throws(FileError) {
    try FolderJournal(folder: target, given: given).write(
      files, removing: owned.subtracting(kept).subtracting(files.map(\.name)))
  }

  /// Whether the folder can have no other name for a moment: a mount point, where this process stands,
  /// or one whose parent may not be written.
  private func isFixed(in parent: String) -> Bool {
    guard exists, let own = Paths.status(of: target, followsLink: true) else { return false }
    let isCurrent = Paths.status(of: ".", followsLink: true)?.isSame(as: own) ?? true
    let isMounted = Paths.status(of: parent, followsLink: true)?.st_dev != own.st_dev
    return unsafe target == "/" || isCurrent || isMounted || access(parent, W_OK | X_OK) != 0
      || FolderJournal.isOpen(in: target)
  }

  /// Gives false if the folders cannot change places; then nothing has changed.
  private func writeBeside(
    _ files: [FolderFile], keeping kept: Set<String>, in parent: String
  ) throws(FileError) -> Bool {
    let staged = try StagedFolder(of: target, in: parent, owning: owned, given: given)
    for file in files { try staged.write(file) }
    if exists, !staged.take(from: target, except: owned.subtracting(kept)) { return false }
    try staged.synchronize()
    if !exists {
      if unsafe rename(staged.path, target) == 0 {
        return try confirm(in: parent) { unsafe rename(target, staged.path) }
      }
      guard [EEXIST, ENOTEMPTY].contains(errno) else {
        throw WritingCalls.error(given, "cannot be renamed to")
      }
      // somebody else has made it meanwhile
    }
    guard unsafe cfiles_exchange(staged.path, target) == 0 else { return false }
    return try confirm(in: parent) { unsafe cfiles_exchange(staged.path, target) }
  }

  /// Forces the change to the disk, or takes it back.
  private func confirm(
    in parent: String, orUndo undo: () -> Int32
  ) throws(FileError) -> Bool {
    do throws(FileError) {
      try WritingCalls.synchronize(folder: parent)
      return true
    } catch {
      _ = undo()
      throw error
    }
  }
}
