import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing

/// Models in several GGUF files, named and numbered as llama.cpp's splitter does.
@Suite struct SplitModelTests {
  private static let whole = "tiny-llama/q4_1.gguf"
  private let folder = TemporaryFolder()

  private func name(_ part: Int, of count: Int = 3) -> String {
    "\(folder.path)/m-0000\(part)-of-0000\(count).gguf"
  }

  /// Writes part `number` of three. The first has the metadata; each has a third of the tensors, but
  /// for a first one that shall have none.
  private func write(
    _ number: Int, as path: String? = nil, emptyFirst: Bool = false,
    split: [(String, Int)]? = nil, extra: [(String, GGUFValue)] = [], leavingOut: String = ""
  ) throws {
    let file = try GGUFFile(path: References.path(Self.whole))
    var writer = GGUFWriter(file: path ?? name(number))
    if number == 1 {
      for key in file.metadata.keys { if let value = file.metadata[key] { writer.set(key, value) } }
    }
    let entries = file.tensors.entries
    let keys =
      split ?? [
        ("split.no", number - 1), ("split.count", 3), ("split.tensors.count", entries.count),
      ]
    for (key, value) in keys { writer.set(key, .uint16(UInt16(value))) }
    for (key, value) in extra { writer.set(key, value) }
    for (index, entry) in entries.enumerated() where entry.name != leavingOut {
      let part = emptyFirst ? 2 + index % 2 : 1 + index % 3
      guard part == number else { continue }
      try writer.add(entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    try writer.write()
  }

  private func refusal(of path: String? = nil) -> FileError? {
    do {
      _ = try LoadedModel(path: path ?? name(1))
      return nil
    } catch { return error }
  }

  @Test(arguments: [false, true])
  func `a model in parts is the model in one file`(emptyFirst: Bool) throws {
    for part in 1...3 { try write(part, emptyFirst: emptyFirst) }
    let (parts, whole) = (
      try LoadedModel(path: name(1)), try LoadedModel(path: References.path(Self.whole))
    )
    let compute = Compute(threadCount: 1, precision: .f32)
    #expect(
      parts.decoder.logitRows([5, 9, 77], with: compute)
        == whole.decoder.logitRows([5, 9, 77], with: compute))
    #expect(
      parts.identity.digests(with: compute.pool) == whole.identity.digests(with: compute.pool))
  }

  @Test func `a missing part is named`() throws {
    try write(1)
    try write(2)
    let error = refusal()
    #expect(error?.file == name(3))
    #expect(
      error?.cause
        == "part 3 of 3 of \(name(1)) cannot be read: there is no such file")
  }

  @Test func `a later part names the first`() throws {
    for part in 1...3 { try write(part) }
    let error = refusal(of: name(2))
    #expect(error?.fix == "load \"\(name(1))\"; the others are found beside it")
    #expect(GGUFParts.isLaterPart(name(2)) && !GGUFParts.isLaterPart(name(1)))
    #expect(!GGUFParts.isLaterPart("m.gguf") && !GGUFParts.isLaterPart("-00002-of-3.gguf"))
  }

  @Test func `a first part under another name is told the name that it had`() throws {
    for path in [folder.path + "/m.gguf", name(2), name(1, of: 4)] {
      try write(1, as: path)
      let error = refusal(of: path)
      #expect(error?.fix.contains("NAME-00001-of-00003.gguf") == true, "\(path)")
    }
  }

  @Test(arguments: [
    [("split.no", 1)], [("split.count", 3)], [("split.no", 2), ("split.count", 3)],
    [("split.no", 1), ("split.count", 4)], [],
  ])
  func `a part whose numbers are not those of its name is refused`(
    split: [(String, Int)]
  ) throws {
    for part in 1...3 { try write(part, split: part == 2 ? split : nil) }
    let error = refusal()
    #expect(error?.file == name(2))
    #expect(error?.cause.contains("should be part 2 of 3") == true)
  }

  @Test func `a part of another model is refused by what differs`() throws {
    for part in 1...3 {
      try write(part, extra: part == 3 ? [("general.name", .string("another"))] : [])
    }
    let error = refusal()
    #expect(error?.file == name(3))
    #expect(error?.cause.contains("general.name") == true)
  }

  @Test func `a tensor in two parts, or in none, is refused`() throws {
    try write(1)
    try write(2)
    try write(2, as: name(3), split: [("split.no", 2), ("split.count", 3)])
    #expect(refusal()?.cause.contains("is in an earlier part as well") == true)
    try write(3, leavingOut: "blk.0.attn_q.weight")
    try write(2, leavingOut: "blk.0.attn_q.weight")
    try write(1, leavingOut: "blk.0.attn_q.weight")
    #expect(refusal()?.cause.contains("split.tensors.count is 30") == true)
  }

  @Test(arguments: [-1, 65_536, 100_000, Int(Int32.max)])
  func `an impossible number of parts is refused`(count: Int) throws {
    try write(
      1, as: folder.path + "/m.gguf", split: [("split.no", 0)],
      extra: [("split.count", .int32(Int32(count)))])
    #expect(refusal(of: folder.path + "/m.gguf") != nil)
  }
}
