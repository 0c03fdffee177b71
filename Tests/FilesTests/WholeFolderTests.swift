import Files
import Glibc
import TestSupport
import Testing

@Suite struct WholeFolderTests {
  let folder = TemporaryFolder()

  private static let owned: Set = ["config", "weights", "state"]

  private func write(
    _ texts: [String: String], to path: String, keeping kept: Set<String> = []
  ) throws(FileError) {
    try WholeFolder.write(
      texts.sorted { $0.key < $1.key }.map { FolderFile($0.key, Array($0.value.utf8)) }, to: path,
      owning: Self.owned, keeping: kept)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.bytes(of: name), as: UTF8.self)
  }

  private var out: String { folder.path + "/out" }

  @Test func `files appear together, with the folders above them`() throws {
    try write(["config": "1", "weights": "2"], to: folder.path + "/a/b/out")
    #expect(folder.files == ["a/b/out/config", "a/b/out/weights"])
  }

  @Test func `an older folder is replaced; files of the user and permissions stay`() throws {
    try write(["config": "old", "weights": "old", "state": "old"], to: out)
    folder.write("mine", as: "out/README.md")
    symlink("README.md", out + "/link")
    chmod(out, 0o700)
    try write(["config": "new", "weights": "new"], to: out + "/")
    #expect(folder.files == ["out/README.md", "out/config", "out/link", "out/weights"])
    #expect(try text("out/config") == "new")
    #expect(try text("out/README.md") == "mine")
    #expect(status(out).st_mode & 0o777 == 0o700)
    try write(["config": "3", "state": "kept"], to: out)
    try write(["config": "4"], to: out, keeping: ["state"])
    #expect(try text("out/state") == "kept")
    #expect(folder.names == ["out"])
  }

  @Test func `a folder with folders in it keeps its place and gets the files all the same`() throws
  {
    folder.write("mine", as: "out/notes/a.txt")
    folder.write("old", as: "out/state")
    let before = status(out).st_ino
    try write(["config": "new", "weights": "new"], to: out)
    #expect(folder.files == ["out/config", "out/notes/a.txt", "out/weights"])
    #expect(status(out).st_ino == before)
  }

  @Test func `a journal that was begun counts, and the next writer carries it out`() throws {
    folder.write("old", as: "out/config")
    folder.write("old", as: "out/state")
    folder.write("new", as: "out/.skillet-commit/config")
    folder.write("", as: "out/.skillet-commit/state.gone")
    #expect(FolderJournal.place(of: "config", in: out) == out + "/.skillet-commit/config")
    #expect(!FolderJournal.has("state", in: out))
    try write(["weights": "newer"], to: out, keeping: ["config"])
    #expect(folder.files == ["out/config", "out/weights"])
    #expect(try text("out/config") == "new")
  }

  @Test func `a link to a folder is followed and stays`() throws {
    try write(["config": "old"], to: folder.path + "/real")
    symlink("real", out)
    try write(["config": "new"], to: out)
    #expect(status(out, followsLink: false).st_mode & S_IFMT == S_IFLNK)
    #expect(try text("real/config") == "new")
  }

  @Test(arguments: ["file", "file/below", "dangling"])
  func `what is no folder is refused and left as it is`(_ name: String) throws {
    folder.write("mine", as: "file")
    symlink("nowhere", folder.path + "/dangling")
    let error = #expect(throws: FileError.self) {
      try write(["config": "new"], to: folder.path + "/" + name)
    }
    #expect(error?.kind == .unwritable)
    #expect(folder.names == ["dangling", "file"])
    #expect(try text("file") == "mine")
  }

  @Test func `leftovers that nobody holds go, and those of others stay`() throws {
    try write(["config": "1"], to: out)
    // the names of what a killed process left: a digest of the target's name, and random digits
    let prefix = ".skillet-" + FileDigest.sha256(Array("out".utf8)).prefix(12) + "-"
    folder.write("half", as: prefix + "000000000001/config")
    folder.write("mine", as: prefix + "000000000002/README.md")
    folder.write("held", as: prefix + "000000000003/config")
    folder.write("other", as: ".skillet-0123456789ab-000000000004/config")
    let held = open(folder.path + "/" + prefix + "000000000003", O_RDONLY)
    defer { close(held) }
    #expect(flock(held, LOCK_EX) == 0)
    try write(["config": "2"], to: out)
    #expect(try text("out/README.md") == "mine")
    #expect(
      folder.names
        == [
          ".skillet-0123456789ab-000000000004", prefix + "000000000003", "out",
        ].sorted())
  }

  @Test func `checking leaves nothing`() throws {
    try WholeFolder.requireWritable(folder.path + "/a/b")
    #expect(folder.names == [])
    folder.write("mine", as: "file")
    #expect(throws: FileError.self) { try WholeFolder.requireWritable(folder.path + "/file/a") }
  }

  private func status(_ path: String, followsLink: Bool = true) -> stat {
    var status = stat()
    _ = followsLink ? stat(path, &status) : lstat(path, &status)
    return status
  }
}
