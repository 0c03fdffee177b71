import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing

/// The format that each matrix gets in each type of file, beside what llama.cpp's quantizer gives it; see
/// References/README.md.
@Suite struct GGUFFileTypeTests {
  private static let golden = "encoded_blocks/file_types.json"

  /// The tiny model with its first layer as often as the golden has it.
  private func deepened(_ model: String, layers: Int, in folder: TemporaryFolder) throws
    -> LoadedModel
  {
    let source = try GGUFFile(path: References.path(model + "/f32.gguf"))
    var writer = GGUFWriter(file: folder.path + "/deep.gguf")
    for key in source.metadata.keys {
      let value = try #require(source.metadata[key])
      writer.set(key, key.hasSuffix(".block_count") ? .uint32(UInt32(layers)) : value)
    }
    let (first, block) = ("blk.0.", "blk.")
    for entry in source.tensors.entries where !entry.name.hasPrefix(block) {
      try writer.add(entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    for layer in 0..<layers {
      for entry in source.tensors.entries where entry.name.hasPrefix(first) {
        try writer.add(
          "blk.\(layer)." + entry.name.dropFirst(first.count), entry.elementType,
          shape: entry.shape, bytes: Array(entry.bytes))
      }
    }
    try writer.write()
    return try LoadedModel(path: folder.path + "/deep.gguf")
  }

  @Test(arguments: ["tiny-llama", "families/falcon"])
  func `each matrix has the format that llama.cpp's quantizer gives it`(_ name: String) throws {
    let golden = try JSONValue(golden: Self.golden)
    let layers = try #require(try golden.at("layers").int)
    let folder = TemporaryFolder()
    let model = try deepened(name, layers: layers, in: folder)
    let types = try #require(try golden.at("models", name).object)
    #expect(types.members.count == 22)
    for member in types.members {
      let type = try #require(GGUFFileType.named(member.key))
      let plan = try FormatPlan(of: model.decoder, as: type, tables: .ofType, file: "m.gguf")
      let weights = model.decoder.weights.rewritten(
        as: { place, _ in plan.scheme(at: place) },
        with: Compute(threadCount: 1, precision: .f32)
      ).weights
      let path = folder.path + "/\(member.key).gguf"
      try GGUFModelFile(of: model, weights: weights, as: type, to: path).write()
      let written = try GGUFFile(path: path)
      for matrix in try #require(member.value.object).members {
        let found = Self.types(of: matrix.key, in: written)
        #expect(found == Self.types(matrix.value, count: found.count), "\(type.name) \(matrix.key)")
      }
    }
  }

  /// The types of the matrices of one name, layer by layer.
  private static func types(of matrix: String, in file: GGUFFile) -> [String] {
    let end = matrix + ".weight"
    let entries = file.tensors.entries.filter { $0.name == end || $0.name.hasSuffix("." + end) }
    return entries.map { $0.elementType.rawValue }
  }

  /// A type for each of them, or one for all.
  private static func types(_ golden: JSONValue, count: Int) -> [String] {
    if let one = golden.string { return Array(repeating: one, count: count) }
    return (golden.array ?? []).map { $0.string ?? "" }
  }

  @Test func `a file says its type, and what stood in for formats of other rows is counted`() throws
  {
    let folder = TemporaryFolder()
    let model = try LoadedModel(path: References.path("tiny-llama/hf"))
    let plan = try FormatPlan(
      of: model.decoder, as: GGUFFileType.named("q4_k_m"), tables: .ofType, file: "m.gguf")
    #expect(
      plan.substitutions.map { "\($0.wanted) \($0.taken) \($0.columns)" }
        == ["q4_k q5_0 [64, 192]", "q6_k q8_0 [64, 192]"])
    let counted = plan.substitutions.reduce(0) { $0 + $1.matrices }
    #expect(counted == model.decoder.weights.linears.count + 1)
    let path = folder.path + "/m.gguf"
    try GGUFModelFile(
      of: model, weights: model.decoder.weights, as: GGUFFileType.named("q4_k_m"), to: path
    ).write()
    #expect(try GGUFFile(path: path).metadata["general.file_type"] == .uint32(15))
  }

  @Test func `rows that no blocks fit are refused, by their number`() throws {
    let model = try LoadedModel(path: References.path("tiny-llama/hf"))
    let error = #expect(throws: FileError.self) {
      try FormatPlan(
        of: model.decoder, as: GGUFFileType.named("q1_0"), tables: .kept, file: "m.gguf")
    }
    #expect(error?.cause.contains("q1_0 needs rows of a multiple of 128 weights") == true)
  }
}
