import Glibc

/// Temporary files and folders of processes that were killed.
///
/// Whoever writes holds a lock on what it writes, and the system drops the lock with the process: what
/// nobody holds is a leftover.
enum Leftovers {
  /// Removes those of one target that no process holds.
  ///
  /// - Parameter owned: for a target that is a folder, see `removeFolder`.
  static func remove(of target: String, in folder: String, owning owned: Set<String>?) {
    let names = TemporaryName(of: Paths.name(of: target))
    for name in Paths.names(in: folder) ?? [] where names.isOne(name) {
      let path = folder + "/" + name
      let descriptor = WritingCalls.retrying {
        unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      }
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0, WritingCalls.lock(descriptor) else { continue }
      if status.isFolder {
        removeFolder(path, owning: owned, movingTo: target)
      } else if status.isRegularFile {
        unsafe unlink(path)
      }
    }
  }

  /// Removes a folder that has a successor. Files of the user that the successor lacks go there; what
  /// cannot be moved stays where it is.
  ///
  /// - Parameter owned: names of what the program writes, which is not the user's; nil for all.
  static func removeFolder(_ path: String, owning owned: Set<String>?, movingTo target: String) {
    for name in Paths.names(in: path) ?? [] {
      let (file, successor) = (path + "/" + name, target + "/" + name)
      if let owned, !owned.contains(name),
        Paths.status(of: successor, followsLink: false) == nil
      {
        unsafe rename(file, successor)
      } else {
        unsafe unlink(file)
      }
    }
    unsafe rmdir(path)
  }
}
