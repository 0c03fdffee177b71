import Files
import Glibc

/// The folder that Hugging Face's own programs keep models in, in their layout: of each repository `refs` with a
/// commit for each name of one, `blobs` with the bytes by their digest, and `snapshots/COMMIT` with links to them.
package struct HubCache: Sendable {
  let folder: String

  /// The user's own; nil where there is no home.
  package static var own: HubCache? { HubSettings().cacheFolder.map { HubCache(folder: $0) } }

  private static let marker = "models--"

  package init(folder: String) {
    self.folder = folder
  }

  /// What a model is loaded from, if all of it is here; nothing is asked of the hub.
  package func path(of reference: HubReference) -> String? {
    guard let commit = commit(of: reference) else { return nil }
    let snapshot = snapshot(reference.repository, commit)
    guard
      let wanted = try? WantedFiles(Self.files(below: snapshot), of: reference, in: snapshot),
      wanted.missing(in: snapshot)?.isEmpty == true
    else { return nil }
    return wanted.path(in: snapshot)
  }

  /// The commit that a revision stands for here.
  func commit(of reference: HubReference) -> String? {
    if Commit.isOne(reference.revision) { return reference.revision }
    let file = repository(reference.repository) + "/refs/" + reference.revision
    guard let bytes = try? MappedFile.contents(of: file) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return Commit.isOne(text) ? text : nil
  }

  func repository(_ name: String) -> String {
    folder + "/" + Self.marker + name.replacing("/", with: "--")
  }

  func snapshot(_ name: String, _ commit: String) -> String {
    repository(name) + "/snapshots/" + commit
  }

  /// Models that are here whole, as `load` takes them.
  package var names: [String] {
    (Paths.names(in: folder) ?? []).filter { $0.hasPrefix(Self.marker) }.flatMap { entry in
      let name = String(entry.dropFirst(Self.marker.count)).replacing("--", with: "/")
      return self.names(ofRepository: name)
    }
  }

  /// A folder by its name, GGUF files by theirs.
  private func names(ofRepository name: String) -> [String] {
    guard let whole = HubReference(HubReference.prefix + name) else { return [] }
    if path(of: whole) != nil { return [whole.text] }
    guard let commit = commit(of: whole) else { return [] }
    let files = Self.files(below: snapshot(name, commit))
    return WantedFiles.models(among: files).map { "\(whole.text)/\($0)" }.filter { text in
      HubReference(text).flatMap(path) != nil
    }
  }

  /// The files of a folder and those below it, as paths from there; a link whose file is gone is none.
  static func files(below folder: String, depth: Int = 4) -> [String] {
    (Paths.names(in: folder) ?? []).flatMap { name -> [String] in
      let path = folder + "/" + name
      guard Paths.isFolder(path) else { return Paths.exists(path) ? [name] : [] }
      return depth == 0 ? [] : files(below: path, depth: depth - 1).map { name + "/" + $0 }
    }
  }

  // MARK: - Writing

  /// Remembers which commit a branch or tag stands for.
  func remember(_ commit: String, as reference: HubReference) throws(FileError) {
    guard reference.revision != commit else { return }
    let file = repository(reference.repository) + "/refs/" + reference.revision
    try FolderMaking.make(Paths.parent(of: file))
    try AtomicFile.write(commit, to: file)
  }

  /// Puts a blob under its name into a snapshot.
  func link(
    _ name: String, to blob: String, _ repository: String, _ commit: String
  ) throws(FileError) {
    let path = snapshot(repository, commit) + "/" + name
    try FolderMaking.make(Paths.parent(of: path))
    // out of the folders of the name, of the snapshot and of all snapshots
    let steps = name.utf8.count { $0 == UInt8(ascii: "/") } + 2
    let target = String(repeating: "../", count: steps) + "blobs/" + blob
    unsafe unlink(path)
    guard unsafe symlink(target, path) == 0 || errno == EEXIST else {
      throw FileError(
        .unwritable, file: path,
        cause: unsafe "it cannot be made (\(String(cString: strerror(errno))))",
        fix: "set HF_HUB_CACHE to a folder that you may write in")
    }
  }
}

/// What git calls a state of a repository: 40 hexadecimal digits.
enum Commit {
  static func isOne(_ text: String) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy { isDigit($0) }
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
