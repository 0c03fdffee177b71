import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing

/// Hugging Face folders whose tensors are not those of their configuration.
@Suite struct ModelTensorTests {
  private static let source = References.path("tiny-llama/hf")
  private let folder = TemporaryFolder()

  /// A tensor to write: shape and bytes of f32.
  private typealias Tensor = (shape: [Int], bytes: [UInt8])

  private func tensors() throws -> [(name: String, tensor: Tensor)] {
    try SafetensorsFile(path: Self.source + "/model.safetensors").tensors.entries.map {
      ($0.name, ($0.shape, Array($0.bytes)))
    }
  }

  private func write(
    _ tensors: [(name: String, tensor: Tensor)], as name: String = "model.safetensors"
  ) throws {
    var writer = SafetensorsWriter(file: folder.path + "/" + name)
    for (name, tensor) in tensors {
      try writer.add(name, .f32, shape: tensor.shape, bytes: tensor.bytes)
    }
    try writer.write()
  }

  private func copyRest(_ changes: [(String, JSONValue?)] = []) throws {
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      folder.write(try MappedFile(path: Self.source + "/" + name).contents(), as: name)
    }
    var object = try #require(JSONValue(file: Self.source + "/config.json").object)
    for (key, value) in changes { object[key] = value }
    folder.write(JSONValue.object(object).text(), as: "config.json")
  }

  private func error() -> FileError? {
    do throws(FileError) {
      _ = try LoadedModel(path: folder.path)
      return nil
    } catch {
      return error
    }
  }

  private func ones(_ count: Int) -> Tensor {
    ([count], (0..<count).flatMap { _ in [0, 0, 0x80, 0x3F] as [UInt8] })
  }

  @Test(arguments: [
    "model.layers.0.self_attn.q_proj.bias", "model.layers.1.mlp.down_proj.bias",
    "model.layers.0.self_attn.q_norm.weight", "model.layers.3.input_layernorm.weight",
    "model.layers.0.mlp.experts.0.gate_proj.weight", "score.weight", "lm_head.bias",
    "model.layers.0.self_attn.q_proj.weight_scale",
  ])
  func `a tensor that is not used is refused by name`(name: String) throws {
    try copyRest()
    try write(try tensors() + [(name, ones(4))])
    #expect(error()?.cause.contains("\"\(name)\"") == true)
  }

  @Test(arguments: [
    "model.layers.0.self_attn.rotary_emb.inv_freq", "model.layers.2.attention.masked_bias",
  ])
  func `constants that old versions stored are harmless`(name: String) throws {
    try copyRest()
    try write(try tensors() + [(name, ones(8))])
    #expect(error() == nil)
  }

  /// transformers 5.24 ties the two only where they are equal.
  @Test func `a head that differs from the embedding is taken, though they should be tied`() throws
  {
    try copyRest([("tie_word_embeddings", true)])
    var all = try tensors()
    try write(all)
    #expect(try !LoadedModel(path: folder.path).decoder.description.tiesHead)
    let embedding = try #require(all.first { $0.name == "model.embed_tokens.weight" })
    let head = try #require(all.firstIndex { $0.name == "lm_head.weight" })
    all[head].tensor = embedding.tensor
    try write(all)
    #expect(error() == nil)
    all.remove(at: head)
    try write(all)
    #expect(error() == nil)
    try copyRest()
    #expect(error()?.cause.contains("lm_head.weight") == true)
  }

  @Test func `fewer layers in the configuration than in the file are refused`() throws {
    try write(try tensors())
    try copyRest([("num_hidden_layers", 2)])
    #expect(error()?.cause.contains("model.layers.2.") == true)
    try copyRest([("num_hidden_layers", .int(1 << 24))])
    #expect(error()?.cause.contains("16777216 layers") == true)
  }

  @Test func `a tokenizer with more tokens than the embedding has rows is refused`() throws {
    try copyRest([("vocab_size", 300)])
    let rows = 300 * 64 * 4
    try write(
      try tensors().map { name, tensor in
        guard tensor.shape == [320, 64] else { return (name, tensor) }
        let bytes: [UInt8] = Array(tensor.bytes.prefix(rows))
        return (name, ([300, 64], bytes))
      })
    let cause = try #require(error()).cause
    #expect(cause.contains("300 rows"))
    #expect(cause.contains("300 to "))
  }

  @Test func `an embedding with rows that no token names is taken`() throws {
    try copyRest([("vocab_size", 328)])
    try write(
      try tensors().map { name, tensor in
        guard tensor.shape == [320, 64] else { return (name, tensor) }
        let more = [UInt8](repeating: 0, count: 8 * 64 * 4)
        return (name, ([328, 64], tensor.bytes + more))
      })
    #expect(error() == nil)
  }

  @Test func `a weight that is no number is named with its tensor`() throws {
    try copyRest()
    var all = try tensors()
    let place = try #require(all.firstIndex { $0.name.hasSuffix("1.mlp.up_proj.weight") })
    all[place].tensor.bytes.replaceSubrange(40..<44, with: [0, 0, 0x80, 0xFF])
    try write(all)
    #expect(error()?.cause.contains("up_proj.weight\" holds -inf at place 10") == true)
  }

  @Test func `an adapter in the folder of a model is not passed over`() throws {
    try copyRest()
    try write(try tensors())
    folder.write("{}", as: "adapter_config.json")
    #expect(error()?.cause.contains("adapter") == true)
  }

  @Test func `what generation is told behind a recipe's back is refused`() throws {
    try copyRest()
    try write(try tensors())
    folder.write("{\"temperature\": 0.6, \"eos_token_id\": [1, 2]}", as: "generation_config.json")
    #expect(error() == nil)
    folder.write("{\"suppress_tokens\": [5]}", as: "generation_config.json")
    #expect(error()?.cause.contains("suppress_tokens") == true)
  }

  @Test func `a context of millions takes no memory before it is used`() throws {
    try copyRest([("max_position_embeddings", .int(1 << 24))])
    try write(try tensors())
    let seconds = try ProcessorTime.seconds { _ = try LoadedModel(path: folder.path) }
    #expect(seconds < 0.5)
  }
}

/// Models in shards: the index must name every tensor of its shards where it is.
@Suite struct ShardIndexTests {
  private let folder = TemporaryFolder()

  private func write(_ names: [String], as file: String) throws {
    var writer = SafetensorsWriter(file: folder.path + "/" + file)
    for name in names { try writer.add(name, shape: [1], values: [1]) }
    try writer.write()
  }

  private func error(_ index: String) -> FileError? {
    folder.write(index, as: "model.safetensors.index.json")
    do throws(FileError) {
      _ = try SafetensorsFile.directory(ofFolder: folder.path)
      return nil
    } catch {
      return error
    }
  }

  @Test func `an index that names each tensor where it is gives all of them`() throws {
    try write(["a", "b"], as: "1.safetensors")
    try write(["c"], as: "2.safetensors")
    let map = "{\"a\": \"1.safetensors\", \"c\": \"2.safetensors\", \"b\": \"1.safetensors\"}"
    #expect(error("{\"metadata\": {\"total_size\": 7}, \"weight_map\": \(map)}") == nil)
    #expect(
      error("{\"weight_map\": \(map), \"quantized\": 1}")?.cause.contains("quantized") == true)
  }

  @Test(arguments: [
    "{\"a\": \"1.safetensors\", \"c\": \"2.safetensors\"}",
    "{\"a\": \"1.safetensors\", \"b\": \"2.safetensors\", \"c\": \"2.safetensors\"}",
    """
    {"a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors", "d": "2.safetensors"}
    """,
    "{\"a\": \"../1.safetensors\"}", "[]",
  ])
  func `an index that disagrees with its shards is refused`(map: String) throws {
    try write(["a", "b"], as: "1.safetensors")
    try write(["c"], as: "2.safetensors")
    #expect(error("{\"weight_map\": \(map)}")?.file.hasSuffix("index.json") == true)
  }

  @Test func `a tensor that stands in two shards is refused`() throws {
    try write(["a", "b"], as: "1.safetensors")
    try write(["b"], as: "2.safetensors")
    let map = "{\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}"
    #expect(error("{\"weight_map\": \(map)}")?.cause.contains("tensor b") == true)
  }

  @Test func `the whole file goes before an index, as in transformers`() throws {
    try write(["a"], as: "model.safetensors")
    #expect(error("{\"weight_map\": {\"b\": \"gone.safetensors\"}}") == nil)
  }

  @Test func `pickled weights are read where there are no others`() {
    folder.write("PK", as: "pytorch_model.bin")
    let error = #expect(throws: FileError.self) {
      try SafetensorsFile.directory(ofFolder: folder.path)
    }
    #expect(error?.file.hasSuffix("pytorch_model.bin") == true)
    #expect(error?.cause.contains("zip archive") == true)
  }
}
