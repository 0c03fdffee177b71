import Files
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func aCommittedFileReplacesTheOldOne() throws {
    let path = folder.write([1, 2, 3], as: "file")
    let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    var file = try AtomicFile(path: path)
    try file.append(Array(large[..<10]))
    try file.append(Array(large[10...]))
    #expect(try MappedFile(path: path).contents() == [1, 2, 3])
    try file.commit()
    #expect(try MappedFile(path: path).contents() == large)
    #expect(folder.names == ["file"])
  }

  @Test func anAbandonedFileLeavesNothing() throws {
    do {
      var file = try AtomicFile(path: folder.path + "/file")
      try file.append([1, 2, 3])
      #expect(folder.names.count == 1)
    }
    #expect(folder.names == [])
  }

  @Test func `a link is followed, and a file keeps its permissions`() throws {
    let path = folder.write([1], as: "file")
    chmod(path, 0o640)
    symlink("file", folder.path + "/link")
    try AtomicFile.write([2], to: folder.path + "/link")
    try AtomicFile.write([3], to: folder.path + "/link")
    #expect(try MappedFile(path: path).contents() == [3])
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
    #expect(lstat(folder.path + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    symlink("new", folder.path + "/dangling")
    try AtomicFile.write([4], to: folder.path + "/dangling")
    #expect(folder.names == ["dangling", "file", "link", "new"])
  }

  @Test(arguments: ["pipe", "folder", "circle"])
  func `what is no file is not replaced`(_ name: String) throws {
    mkfifo(folder.path + "/pipe", 0o600)
    mkdir(folder.path + "/folder", 0o700)
    symlink("circle", folder.path + "/circle")
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write([1], to: folder.path + "/" + name)
    }
    #expect(error?.kind == .unwritable)
    #expect(folder.names == ["circle", "folder", "pipe"])
  }

  @Test func `lines are appended whole, after one without its end too`() throws {
    let path = folder.write(Array("a".utf8), as: "lines")
    try AppendedLine.append("b", to: path)
    try AppendedLine.append("c", to: path)
    #expect(try folder.bytes(of: "lines") == Array("a\nb\nc\n".utf8))
    #expect(throws: FileError.self) {
      try AppendedLine.append("d", to: folder.path + "/none/lines")
    }
  }

  @Test func aMissingFolderIsAnError() {
    let path = folder.path + "/missing/file"
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.kind == .unwritable)
    #expect(error?.file == path)
  }

  @Test func aDigestIsThatOfTheStandard() throws {
    // FIPS 180-4's example "abc", and the empty message.
    #expect(
      FileDigest.sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      FileDigest.sha256([])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let path = folder.write(Array("abc".utf8), as: "abc")
    #expect(try FileDigest.sha256(file: path) == FileDigest.sha256(Array("abc".utf8)))
  }

  @Test func filesThatCannotBeMappedAreToldApart() throws {
    func reason(_ path: String) -> FileError.Kind? {
      #expect(throws: FileError.self) { try MappedFile(path: path) }?.kind
    }
    #expect(reason(folder.path + "/none") == .missing)
    #expect(reason(folder.path) == .isFolder)
    #expect(reason(folder.write([], as: "empty")) == .empty)
    #expect(reason("/dev/null") == .notRegular)
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(reason(pipe) == .notRegular)
  }
}
