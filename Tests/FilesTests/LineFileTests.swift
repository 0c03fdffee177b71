import Files
import Foundation
import TestSupport
import Testing

/// Lines that are read in pieces, and bytes that are kept where there is room.
@Suite struct LineFileTests {
  private let folder = TemporaryFolder()

  private struct Seen: Equatable {
    var bytes: Int
    var first: UInt8?
    var count: Int
    var start: Int
    var number: Int
  }

  private func seen(_ text: String, limit: Int = .max) throws -> [Seen] {
    folder.write(text, as: "lines")
    let file = try LineFile(path: folder.path + "/lines")
    var seen: [Seen] = []
    try file.forEachLine(limit: limit, failure: { $0 }) { line throws(FileError) in
      seen.append(
        Seen(
          bytes: line.bytes.count, first: line.bytes.first, count: line.count, start: line.start,
          number: line.number))
      return true
    }
    return seen
  }

  @Test func `lines are given whole, however long they are`() throws {
    let lengths = [0, 1, 1 << 20, (1 << 20) - 1, 3, 5 << 20, 0, 7, 2 << 20, 12]
    let letters = Array("abcdefghij")
    let lines = zip(lengths, letters).map { String(repeating: $1, count: $0) }
    for ending in ["", "\n"] {
      var start = 0
      let seen = try seen(lines.joined(separator: "\n") + ending)
      #expect(seen.count == lines.count)
      for (index, line) in lines.enumerated() {
        let wanted = Seen(
          bytes: line.utf8.count, first: line.utf8.first, count: line.utf8.count, start: start,
          number: index + 1)
        #expect(seen[index] == wanted)
        start += line.utf8.count + 1
      }
    }
  }

  @Test func `of a line that is too long the beginning is given, and how long it is`() throws {
    let long = String(repeating: "l", count: 3_500_000)
    let seen = try seen("a\n\(long)\nb\n\(long)", limit: 1_200_000)
    #expect(seen.map(\.count) == [1, 3_500_000, 1, 3_500_000])
    #expect(seen.map(\.bytes) == [1, 1_200_000, 1, 1_200_000])
    #expect(seen.map(\.start) == [0, 2, 3_500_003, 3_500_005])
  }

  @Test func `reading ends where it is told to, and a file that changed is told`() throws {
    folder.write("a\nb\nc", as: "lines")
    let file = try LineFile(path: folder.path + "/lines")
    var count = 0
    try file.forEachLine(limit: 9, failure: { $0 }) { _ throws(FileError) in
      count += 1
      return count < 2
    }
    #expect(count == 2)
    #expect(try file.bytes(1, from: 4) == Array("c".utf8))
    folder.write("a\nb\ncd", as: "lines")
    #expect(throws: FileError.self) { try file.bytes(1, from: 4) }
    #expect(throws: FileError.self) {
      try file.forEachLine(limit: 9, failure: { $0 }) { _ throws(FileError) in true }
    }
  }

  @Test func `bytes beyond a limit are read back from a file that no folder shows`() throws {
    var bytes = ScratchBytes(limit: 100)
    var parts: [(start: Int, bytes: [UInt8])] = []
    for number in 0..<60 {
      let count = number % 7 == 6 ? 1_000_000 : number + 1
      let part = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
      parts.append((bytes.count, part))
      try part.withUnsafeBytes { try bytes.append($0) }
      if number == 5 { #expect(bytes.folder == nil) }
    }
    #expect(bytes.folder != nil)
    for part in parts { #expect(bytes.bytes(part.bytes.count, from: part.start) == part.bytes) }
  }
}
