import FoundationEssentials
import Glibc
import Terminals
import Testing

@Suite struct HistoryFileTests {
  private func temporaryPath() -> String {
    FileManager.default.temporaryDirectory
      .appending(path: "skillet-history-\(UUID().uuidString).jsonl").path
  }

  private func entry(_ text: String, ok: Bool = true) -> HistoryEntry {
    HistoryEntry(text: text, time: 1_700_000_000.5, folder: "/tmp", session: "s1", ok: ok)
  }

  @Test func `a cell of several lines comes back whole, from a file for its owner only`() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    let cells = [entry("for x in [\n\t1\n]"), entry("日本語 \"q\" \u{1}", ok: false)]
    let file = HistoryFile(path: path)
    for cell in cells { try file.append(cell) }
    #expect(HistoryFile(path: path).load() == cells)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func `two prompts append to one file and neither loses a cell`() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    let (first, second) = (HistoryFile(path: path), HistoryFile(path: path))
    #expect(first.load().isEmpty)
    try first.append(entry("a"))
    try second.append(entry("b"))
    try first.append(entry("c"))
    #expect(second.load().map(\.text) == ["a", "b", "c"])
  }

  @Test func `only the newest cells are loaded`() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    let file = HistoryFile(path: path, limit: 3)
    for number in 1...5 { try file.append(entry("\(number)")) }
    #expect(file.load().map(\.text) == ["3", "4", "5"])
  }

  @Test func `a line cut off by a crash costs one cell, not the next one`() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    let file = HistoryFile(path: path)
    try file.append(entry("a"))
    let descriptor = open(path, O_WRONLY | O_APPEND)
    _ = write(descriptor, "{\"text\":\"b", 10)
    close(descriptor)
    let later = HistoryFile(path: path)
    #expect(later.load().map(\.text) == ["a"])
    try later.append(entry("c"))
    #expect(later.load().map(\.text) == ["a", "c"])
  }

  @Test func `a folder that is not there is named in the error`() {
    let file = HistoryFile(path: "/nonexistent/history")
    #expect(file.load().isEmpty)
    #expect {
      try file.append(entry("a"))
    } throws: { error in
      String(describing: error).hasPrefix(
        "/nonexistent/history: it cannot be written (No such file or directory)")
    }
  }
}
