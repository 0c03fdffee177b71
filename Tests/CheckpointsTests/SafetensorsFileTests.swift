import Checkpoints
import Files
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  let folder = TemporaryFolder()

  static let types: [String: ElementType] = [
    "float32": .f32, "float16": .f16, "bool": .bool, "uint8": .u8, "int64": .i64, "float64": .f64,
  ]

  @Test func whatPythonWroteIsReadByteForByte() throws {
    let file = try SafetensorsFile(path: CheckpointGoldens.path("python.safetensors"))
    let listing = try CheckpointGoldens.listing("safetensors")
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors.entries.count == listing.members.count)
    for member in listing.members {
      let entry = try file.tensors.entry(member.key, file: "python.safetensors")
      #expect(entry.shape == member.value["shape"]?.array?.compactMap(\.int))
      #expect(entry.elementType == Self.types[try #require(member.value["dtype"]?.string)])
      #expect(CheckpointGoldens.hexadecimal(entry.bytes) == member.value["hex"]?.string)
    }
  }

  @Test func writingTheSameTensorsGivesPythonsBytes() throws {
    let golden = CheckpointGoldens.path("python.safetensors")
    let file = try SafetensorsFile(path: golden)
    var writer = SafetensorsWriter(file: folder.path + "/copy", metadata: file.metadata)
    for entry in file.tensors.entries.reversed() {
      try writer.add(
        entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    try writer.write()
    #expect(
      try CheckpointGoldens.bytes(folder.path + "/copy") == CheckpointGoldens.bytes(golden))
    #expect(folder.names == ["copy"])
  }

  @Test func theWriterRefusesWhatItCannotWrite() throws {
    var writer = SafetensorsWriter(file: folder.path + "/bad")
    try writer.add("a", shape: [1], values: [1])
    #expect(throws: FileError.self) { try writer.add("a", shape: [1], values: [2]) }
    #expect(throws: FileError.self) {
      try writer.add("__metadata__", shape: [1], values: [2])
    }
    #expect(throws: FileError.self) {
      try writer.add("q", ElementType(.q8_0), shape: [32], bytes: Array(repeating: 0, count: 34))
    }
    #expect(throws: FileError.self) {
      try writer.add("n", .f32, shape: [-1], bytes: [])
    }
    try writer.add("short", shape: [3], values: [1])
    #expect(throws: FileError.self) { try writer.write() }
    #expect(folder.names == [])
  }

  @Test func shardsAreReadThroughTheirIndex() throws {
    for (name, tensor, value) in [("one", "a", 1 as Float), ("two", "b", 2)] {
      var writer = SafetensorsWriter(file: "\(folder.path)/\(name).safetensors")
      try writer.add(tensor, shape: [1], values: [value])
      try writer.write()
    }
    func index(_ map: JSONValue) throws {
      let document: JSONValue = ["weight_map": map]
      try AtomicFile.write(document.text(), to: folder.path + "/model.safetensors.index.json")
    }
    try index(["a": "one.safetensors", "b": "two.safetensors"])
    let directory = try SafetensorsFile.directory(ofFolder: folder.path)
    #expect(Set(directory.names) == ["a", "b"])
    let b = try #require(directory["b"])
    #expect(withExtendedLifetime(b) { b.bytes.loadUnaligned(as: Float.self) } == 2)

    try index(["a": "two.safetensors", "b": "two.safetensors"])
    let absent = #expect(throws: FileError.self) {
      try SafetensorsFile.directory(ofFolder: folder.path)
    }
    #expect(absent?.kind == .absent)
    #expect(absent?.cause == "the shard two.safetensors lacks the tensor a")
    for escape in ["../one.safetensors", "/etc/passwd", ""] {
      try index(["a": .string(escape)])
      let error = #expect(throws: FileError.self) {
        try SafetensorsFile.directory(ofFolder: folder.path)
      }
      #expect(error?.kind == .malformed)
    }
  }
}
