import Files
import Glibc

/// Brings files of one commit into the cache. What was begun, here or by another program of the hub, is gone on
/// with; a file takes its place when its digest is right.
struct HubDownload {
  let server: HubServer
  let cache: HubCache
  let reference: HubReference
  let commit: String
  /// Told how many bytes came; fewer than none where a server begins anew.
  let onBytes: (Int) -> Void

  private var repository: String { cache.repository(reference.repository) }

  private func blob(_ file: HubFile) -> String { repository + "/blobs/" + file.tag }
  private func partial(_ file: HubFile) -> String { blob(file) + ".incomplete" }

  /// Whether all of it is here.
  func has(_ file: HubFile) -> Bool { Paths.size(of: blob(file)) == file.size }

  /// Bytes of a file that are here.
  func count(of file: HubFile) -> Int {
    has(file) ? file.size : min(file.size, Paths.size(of: partial(file)) ?? 0)
  }

  /// The path of the bytes that are here, all of them or those that came first.
  func place(of file: HubFile) -> String { has(file) ? blob(file) : partial(file) }

  /// Fetches a whole file, checks it, and puts it into the snapshot.
  func fetch(_ file: HubFile) throws(HubServer.Failure) {
    try fetchBeginning(file, count: file.size)
    do throws(FileError) {
      if !has(file) { try take(file) }
      try cache.link(file.name, to: file.tag, reference.repository, commit)
    } catch { throw .failed(error) }
  }

  /// Fetches the first bytes of a file, which later are the first ones of all of it.
  func fetchBeginning(_ file: HubFile, count: Int) throws(HubServer.Failure) {
    let end = min(count, file.size)
    do throws(FileError) {
      try FolderMaking.make(repository + "/blobs")
      try FolderMaking.make(lockFolder)
    } catch { throw .failed(error) }
    let lock = try locked(file)
    defer { withExtendedLifetime(lock) {} }
    // another process may have brought it meanwhile
    if has(file) { return }
    let bytes = try HubServer.failing { () throws(FileError) -> GrowingFile in
      let bytes = try GrowingFile(partial(file))
      if bytes.count > file.size { try bytes.clear() }
      return bytes
    }
    if bytes.count < end { try fetch(file, upTo: end, into: bytes) }
    try HubServer.failing { () throws(FileError) -> Void in try bytes.synchronize() }
  }

  private func fetch(
    _ file: HubFile, upTo end: Int, into bytes: GrowingFile
  ) throws(HubServer.Failure) {
    var trouble: FileError?
    do throws(HubServer.Failure) {
      _ = unsafe try server.retrying(
        reference, file.name,
        onHeaders: { answer in
          trouble = place(answer, of: file, in: bytes)
        },
        onBody: { chunk in
          guard trouble == nil else { return false }
          let wanted = unsafe UnsafeRawBufferPointer(rebasing: chunk.prefix(end - bytes.count))
          do throws(FileError) {
            unsafe try bytes.append(wanted)
          } catch {
            trouble = error
          }
          onBytes(wanted.count)
          return trouble == nil && wanted.count == chunk.count
        }
      ) {
        var request = HTTPClient.Request(url: file.url)
        request.bytes = (bytes.count, end == file.size ? nil : end)
        return request
      }
    } catch {
      if let trouble { throw .failed(trouble) }
      guard case .enough = error else { throw error }
    }
    guard bytes.count == end else {
      throw server.failure(
        reference, file.name, "\(bytes.count) bytes came of \(end) that were announced")
    }
  }

  /// Makes ready for an answer's body: a server that gives no parts begins anew.
  private func place(
    _ answer: HTTPClient.Answer, of file: HubFile, in bytes: GrowingFile
  ) -> FileError? {
    let range = answer.headers["content-range"] ?? ""
    if answer.status == 206, range.hasPrefix("bytes \(bytes.count)-") { return nil }
    guard answer.status == 200 else {
      return FileError(
        .malformed, file: reference.text,
        cause:
          "\(file.name) did not come: the hub was asked for the bytes from \(bytes.count) on and gave "
          + (range.isEmpty ? "others" : range), fix: "check HF_ENDPOINT")
    }
    onBytes(-bytes.count)
    do throws(FileError) {
      try bytes.clear()
      return nil
    } catch {
      return error
    }
  }

  // MARK: - Taking

  /// Gives a whole file its place if its digest is that of its tag.
  private func take(_ file: HubFile) throws(FileError) {
    let path = partial(file)
    if let digest = try digest(file, path), digest != file.tag {
      unsafe unlink(path)
      throw FileError(
        .malformed, file: reference.text,
        cause: "\(file.name) came with the digest \(digest), and the hub announces \(file.tag)",
        fix: "load it again: what came is thrown away")
    }
    guard unsafe rename(path, blob(file)) == 0 else {
      throw FileError(
        .unwritable, file: blob(file),
        cause: unsafe "it cannot be written (\(String(cString: strerror(errno))))",
        fix: "set HF_HUB_CACHE to a folder that you may write in")
    }
  }

  /// The digest of the kind that the tag is: SHA-256, or git's of a file; nil for another kind.
  private func digest(_ file: HubFile, _ path: String) throws(FileError) -> String? {
    guard file.tag.utf8.allSatisfy(Commit.isDigit) else { return nil }
    // a file without bytes cannot be mapped
    let isEmpty = file.size == 0
    switch file.tag.utf8.count {
    case 64: return isEmpty ? FileDigest.sha256([]) : try FileDigest.sha256(file: path)
    case 40: return FileDigest.gitBlob(isEmpty ? [] : try MappedFile.contents(of: path))
    default: return nil
    }
  }

  /// Where the hub's own programs put their locks.
  private var lockFolder: String {
    cache.folder + "/.locks/" + Paths.name(of: repository)
  }

  /// Waits for other processes that fetch the same file.
  private func locked(_ file: HubFile) throws(HubServer.Failure) -> LockedFile {
    let path = lockFolder + "/" + file.tag + ".lock"
    var hasTold = false
    while true {
      if let lock = LockedFile(path) { return lock }
      guard unsafe access(path, W_OK) == 0 else {
        throw .failed(
          FileError(
            .unwritable, file: path, cause: "the lock cannot be made",
            fix: "set HF_HUB_CACHE to a folder that you may write in"))
      }
      if !hasTold { server.notice("another program is fetching \(file.name): waiting for it") }
      hasTold = true
      try server.pause(0.2)
    }
  }
}
