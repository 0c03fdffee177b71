import Glibc

/// Changes several files of a folder that must keep its place.
///
/// The new files are written into a folder inside it, which then gets the journal's name in one step:
/// from then on they count. After that each moves to its own name; what is to go is told by an empty
/// file. A process that is killed in between leaves the journal: readers look there first, and the next
/// writer does the rest.
package struct FolderJournal {
  private static let name = ".skillet-commit"
  private static let goneSuffix = ".gone"

  private let folder: String
  /// The folder as the user named it, for errors.
  private let given: String

  init(folder: String, given: String) {
    (self.folder, self.given) = (folder, given)
  }

  private var journal: String { folder + "/" + Self.name }

  /// Whether a change was begun that is not at its end.
  static func isOpen(in folder: String) -> Bool {
    Paths.status(of: folder + "/" + name, followsLink: false) != nil
  }

  /// Where a file of a folder is to be read; nil if it does not count any more.
  package static func place(of file: String, in folder: String) -> String? {
    let journal = folder + "/" + name + "/" + file
    if Paths.status(of: journal, followsLink: false) != nil { return journal }
    if Paths.status(of: journal + goneSuffix, followsLink: false) != nil { return nil }
    return folder + "/" + file
  }

  /// Whether a folder has a file of this name that counts.
  package static func has(_ file: String, in folder: String) -> Bool {
    place(of: file, in: folder).map { unsafe access($0, F_OK) == 0 } ?? false
  }

  /// - Parameter removed: names of files that go.
  func write(
    _ files: [FolderFile], removing removed: Set<String>
  ) throws(FileError) {
    let descriptor = WritingCalls.retrying {
      unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw WritingCalls.error(given, "cannot be opened") }
    defer { close(descriptor) }
    // writers take turns; where there are no locks they come one by one anyway
    _ = WritingCalls.retrying { flock(descriptor, LOCK_EX) }
    try finish()
    Leftovers.remove(of: journal, in: folder, owning: nil)
    let staged = try StagedFolder(of: journal, in: folder, owning: nil, given: given)
    for file in files { try staged.write(file) }
    for name in removed.sorted() where exists(name) {
      try staged.write(FolderFile(name + Self.goneSuffix, []))
    }
    try staged.synchronize()
    guard unsafe rename(staged.path, journal) == 0 else {
      throw WritingCalls.error(given, "cannot be written")
    }
    try WritingCalls.synchronize(folder: folder)
    try finish()
  }

  private func exists(_ name: String) -> Bool {
    Paths.status(of: folder + "/" + name, followsLink: false) != nil
  }

  /// Carries out what the journal has, if there is one.
  private func finish() throws(FileError) {
    guard Self.isOpen(in: folder) else { return }
    for name in Paths.names(in: journal) ?? [] {
      let entry = journal + "/" + name
      if name.hasSuffix(Self.goneSuffix) {
        unsafe unlink(folder + "/" + name.dropLast(Self.goneSuffix.count))
        unsafe unlink(entry)
      } else if unsafe rename(entry, folder + "/" + name) != 0 {
        throw WritingCalls.error(given + "/" + name, "cannot be written")
      }
    }
    try WritingCalls.synchronize(folder: folder)
    guard unsafe rmdir(journal) == 0 else { throw WritingCalls.error(given, "cannot be written") }
  }
}
