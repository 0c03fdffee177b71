import Checkpoints
import Glibc
import Tensors
import Testing

@Suite struct GGUFFileTests {
  let folder = TemporaryFolder()

  /// The default model, where set-up put it; nil where there is none.
  static var modelPath: String? {
    let name = "SmolLM2-135M-Instruct.Q4_1.gguf"
    let folder = getenv("SKILLET_MODELS").map { String(cString: $0) } ?? "models"
    let path = "\(folder)/\(name)"
    return access(path, R_OK) == 0 ? path : nil
  }

  @Test(.enabled(if: modelPath != nil))
  func theDefaultModelHasItsKnownTensorsAndMetadata() throws {
    let file = try GGUFFile(path: #require(Self.modelPath))
    // Read from the same file with Python's gguf 0.19.0.
    #expect(file.version == 3)
    #expect(file.metadata.keys.count == 30)
    #expect(try file.metadata.text("general.architecture") == "llama")
    #expect(try file.metadata.integer("llama.block_count") == 30)
    #expect(try file.metadata.number("llama.rope.freq_base") == 100_000)
    #expect(try file.metadata.strings("tokenizer.ggml.tokens").count == 49152)
    #expect(try file.metadata.strings("tokenizer.ggml.merges").count == 48900)
    #expect(try file.metadata.integersIfPresent("tokenizer.ggml.token_type")?.count == 49152)
    #expect(file.tensors.entries.count == 272)
    let embedding = try file.tensors.entry("token_embd.weight", file: file.file.path)
    #expect(embedding.elementType == .q8_0)
    #expect(embedding.shape == [49152, 576])
    #expect(embedding.range.lowerBound == 1_785_664)
    let down = try file.tensors.entry("blk.0.ffn_down.weight", file: file.file.path)
    #expect(down.elementType == .q4_1)
    #expect(down.shape == [576, 1536])
    #expect(down.range.lowerBound == 31_868_992)
  }
}
