import Checkpoints
import Files
import Glibc

/// A folder like that of a model in which weights are as long as they will be, and have no bytes behind those
/// that came; removed when it is let go.
final class Rehearsal {
  let folder: String

  init() throws(FileError) {
    let place = (HubSettings.variable("TMPDIR") ?? "/tmp") + "/skillet-rehearsal-XXXXXX"
    var template = Array(place.utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw FileError(
        .unwritable, file: place,
        cause: unsafe "a folder cannot be made (\(String(cString: strerror(errno))))",
        fix: "set TMPDIR to a folder that you may write in")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(folder) }

  private static func remove(_ folder: String) {
    for name in Paths.names(in: folder) ?? [] {
      let path = folder + "/" + name
      if unsafe unlink(path) != 0 { remove(path) }
    }
    unsafe rmdir(folder)
  }

  /// Puts what is here of a file under its name.
  func add(_ file: HubFile, _ download: HubDownload) throws(FileError) {
    let path = folder + "/" + file.name
    try FolderMaking.make(Paths.parent(of: path))
    unsafe unlink(path)
    let place = download.place(of: file)
    if download.has(file) {
      guard unsafe symlink(place, path) == 0 else { throw Self.unwritable(path) }
      return
    }
    let beginning = try MappedFile(path: place)
    let written = try GrowingFile(path)
    try withExtendedLifetime(beginning) { () throws(FileError) in
      unsafe try written.append(beginning.bytes)
    }
    guard unsafe truncate(path, file.size) == 0 else { throw Self.unwritable(path) }
  }

  /// Whether what describes a file's tensors goes beyond the bytes that came. Behind them are zeros, which make
  /// no sense in a header.
  func headerIsCut(_ file: HubFile, at count: Int) -> Bool {
    let path = folder + "/" + file.name
    do throws(FileError) {
      let tensors =
        file.name.hasSuffix(".gguf")
        ? try GGUFFile(path: path).tensors : try SafetensorsFile(path: path).tensors
      return !tensors.entries.isEmpty
        && tensors.entries.allSatisfy { $0.range.lowerBound > count }
    } catch {
      return [.truncated, .malformed].contains(error.kind)
    }
  }

  private static func unwritable(_ path: String) -> FileError {
    FileError(
      .unwritable, file: path,
      cause: unsafe "it cannot be made (\(String(cString: strerror(errno))))",
      fix: "set TMPDIR to a folder that you may write in")
  }
}
