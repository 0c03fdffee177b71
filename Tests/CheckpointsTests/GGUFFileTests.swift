import Checkpoints
import Files
import Tensors
import TestSupport
import Testing

@Suite struct GGUFFileTests {
  let folder = TemporaryFolder()

  @Test func theDefaultModelHasItsKnownTensorsAndMetadata() throws {
    let file = try GGUFFile(path: References.defaultModel)
    // Read from the same file with Python's gguf 0.19.0.
    #expect(file.version == 3)
    #expect(file.metadata.keys.count == 33)
    #expect(try file.metadata.text("general.architecture") == "llama")
    #expect(try file.metadata.integer("llama.block_count") == 30)
    #expect(try file.metadata.number("llama.rope.freq_base") == 100_000)
    #expect(try file.metadata.strings("tokenizer.ggml.tokens").count == 49152)
    #expect(try file.metadata.strings("tokenizer.ggml.merges").count == 48900)
    #expect(try file.metadata.integersIfPresent("tokenizer.ggml.token_type")?.count == 49152)
    #expect(file.tensors.entries.count == 272)
    let embedding = try file.tensors.entry("token_embd.weight", file: file.file.path)
    #expect(embedding.elementType == ElementType(.q8_0))
    #expect(embedding.shape == [49152, 576])
    #expect(embedding.range.lowerBound == 1_785_664)
    let down = try file.tensors.entry("blk.0.ffn_down.weight", file: file.file.path)
    #expect(down.elementType == ElementType(.q4_1))
    #expect(down.shape == [576, 1536])
    #expect(down.range.lowerBound == 31_868_992)
  }

  @Test func whatPythonWroteIsReadByteForByte() throws {
    let file = try GGUFFile(path: CheckpointGoldens.path("python.gguf"))
    let metadata = file.metadata
    #expect(metadata["t.uint8"] == .uint8(200))
    #expect(metadata["t.int8"] == .int8(-100))
    #expect(metadata["t.uint16"] == .uint16(60000))
    #expect(metadata["t.int16"] == .int16(-30000))
    #expect(metadata["t.uint32"] == .uint32(4_000_000_000))
    #expect(metadata["t.int32"] == .int32(-2_000_000_000))
    #expect(metadata["t.uint64"] == .uint64(1 << 63 + 5))
    #expect(metadata["t.int64"] == .int64(-(1 << 62)))
    #expect(metadata["t.float32"] == .float32(0.1))
    #expect(metadata["t.float64"] == .float64(0.1))
    #expect(try metadata.boolIfPresent("t.bool") == true)
    #expect(try metadata.text("t.string") == "caf\u{E9} \u{1F642}")
    #expect(try metadata.strings("t.strings") == ByteStrings(["a", "", "\u{120}the"]))
    #expect(try metadata.integersIfPresent("t.integers") == [1, -2, 3])
    #expect(try metadata.numbersIfPresent("t.floats") == [0.5, -1.25])
    let listing = try CheckpointGoldens.listing("gguf")
    #expect(file.tensors.entries.count == listing.members.count)
    for member in listing.members {
      let entry = try file.tensors.entry(member.key, file: "python.gguf")
      #expect(entry.shape == (member.key == "norm" ? [64] : [4, 64]))
      #expect(CheckpointGoldens.hexadecimal(entry.bytes) == member.value.string)
    }
  }

  @Test func whatTheWriterWroteReadsBack() throws {
    let golden = try GGUFFile(path: CheckpointGoldens.path("python.gguf"))
    var writer = GGUFWriter(file: folder.path + "/copy.gguf")
    for key in golden.metadata.keys {
      writer.set(key, try #require(golden.metadata[key]))
    }
    for entry in golden.tensors.entries {
      try writer.add(entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    try writer.write()
    let copy = try CheckpointGoldens.bytes(folder.path + "/copy.gguf")
    #expect(copy == (try CheckpointGoldens.bytes(golden.file.path)))
  }

  @Test func aMissingOrMistypedKeyIsNamed() throws {
    let metadata = try GGUFFile(path: CheckpointGoldens.path("python.gguf")).metadata
    let absent = #expect(throws: FileError.self) { try metadata.integer("t.nothing") }
    #expect(absent?.kind == .absent)
    #expect(absent?.cause == "the metadata key t.nothing is missing")
    #expect(try metadata.integerIfPresent("t.nothing") == nil)
    let mistyped = #expect(throws: FileError.self) { try metadata.integer("t.string") }
    #expect(
      mistyped?.cause
        == "the metadata key t.string should be an integer but is of type string")
    #expect(throws: FileError.self) { try metadata.integer("t.uint64") }
  }
}
