import CKernels
import Checkpoints
import Tensors

/// Finds the tensors of a model by name, checks their shapes and types, and gives them as frozen
/// matrices that read the mapped file, or as floats where they are small.
struct WeightReading {
  let directory: TensorDirectory
  let file: String

  /// A matrix of the given shape, left in its format where the file has it.
  func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> FrozenMatrix {
    let entry = try checked(name, shape: [rows, columns])
    let format = try weightFormat(entry)
    guard let rowBytes = format.rowByteCount(columns: columns),
      entry.byteCount == rows * rowBytes, let base = entry.bytes.baseAddress
    else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "the tensor \"\(name)\" has \(entry.byteCount) bytes, which is not "
          + "\(rows) rows of \(columns) weights in \(format.rawValue)",
        fix: "download or convert the model again")
    }
    return FrozenMatrix(
      format: format, rows: rows, columns: columns, data: base, rowByteCount: rowBytes,
      owners: [entry.owner])
  }

  /// A vector as floats.
  func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
    let entry = try checked(name, shape: [count])
    let format = try weightFormat(entry)
    guard let rowBytes = format.rowByteCount(columns: count), entry.byteCount == rowBytes,
      let base = entry.bytes.baseAddress
    else {
      throw CheckpointError(
        .malformed, file: file, cause: "the tensor \"\(name)\" does not hold \(count) numbers",
        fix: "download or convert the model again")
    }
    let row = FrozenMatrix(
      format: format, rows: 1, columns: count, data: base, rowByteCount: rowBytes,
      owners: [entry.owner])
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let output = buffer.baseAddress { row.dequantize(row: 0, into: output) }
      initialized = count
    }
  }

  func contains(_ name: String) -> Bool { directory[name] != nil }

  private func checked(_ name: String, shape: [Int]) throws(CheckpointError) -> TensorEntry {
    let entry = try directory.entry(name, file: file)
    guard entry.shape == shape else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "the tensor \"\(name)\" has shape \(entry.shape), its configuration says \(shape)",
        fix: "check that configuration and weights belong together")
    }
    return entry
  }

  private func weightFormat(_ entry: TensorEntry) throws(CheckpointError) -> WeightFormat {
    switch entry.elementType {
    case .f32: return .f32
    case .f16: return .f16
    case .bf16: return .bf16
    case .q8_0: return .q8_0
    case .q4_0: return .q4_0
    case .q4_1: return .q4_1
    default:
      throw CheckpointError(
        .unsupported, file: file,
        cause: "the tensor \"\(entry.name)\" is of type \(entry.elementType.rawValue)",
        fix: "convert the model to F32, F16, BF16, Q8_0, Q4_0 or Q4_1")
    }
  }

  /// All weights of a decoder, with every name given by `names`.
  func frozenWeights(
    _ configuration: ModelConfiguration, names: WeightNames
  ) throws(CheckpointError) -> FrozenWeights {
    let hidden = configuration.hiddenSize
    func norm(_ name: String) throws(CheckpointError) -> RMSNorm {
      RMSNorm(
        weight: try vector(name, count: hidden), epsilon: configuration.rmsNormEpsilon)
    }
    var blocks: [FrozenWeights.Block] = []
    for layer in 0..<configuration.layerCount {
      var linears: [FrozenMatrix] = []
      for module in TargetModule.allCases {
        let shape = module.shape(in: configuration)
        linears.append(
          try matrix(names.linear(layer, module), rows: shape.rows, columns: shape.columns))
      }
      blocks.append(
        FrozenWeights.Block(
          attentionNorm: try norm(names.attentionNorm(layer)),
          feedForwardNorm: try norm(names.feedForwardNorm(layer)), linears: linears))
    }
    let vocabulary = configuration.vocabularySize
    let embedding = try matrix(names.embedding, rows: vocabulary, columns: hidden)
    let head =
      configuration.tiesHead
      ? embedding : try matrix(names.head, rows: vocabulary, columns: hidden)
    return FrozenWeights(
      embedding: embedding, blocks: blocks, finalNorm: try norm(names.finalNorm), head: head)
  }
}

/// What a file format calls the tensors of a decoder.
struct WeightNames: Sendable {
  let embedding: String
  let finalNorm: String
  let head: String
  let attentionNorm: @Sendable (Int) -> String
  let feedForwardNorm: @Sendable (Int) -> String
  let linear: @Sendable (Int, TargetModule) -> String

  static let gguf = WeightNames(
    embedding: "token_embd.weight", finalNorm: "output_norm.weight", head: "output.weight",
    attentionNorm: { "blk.\($0).attn_norm.weight" },
    feedForwardNorm: { "blk.\($0).ffn_norm.weight" },
    linear: { $1.ggufName(layer: $0) })

  static let huggingFace = WeightNames(
    embedding: "model.embed_tokens.weight", finalNorm: "model.norm.weight",
    head: "lm_head.weight",
    attentionNorm: { "model.layers.\($0).input_layernorm.weight" },
    feedForwardNorm: { "model.layers.\($0).post_attention_layernorm.weight" },
    linear: { $1.huggingFacePath(layer: $0) + ".weight" })
}
