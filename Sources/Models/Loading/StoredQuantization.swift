import Checkpoints
import Files

/// What `quantization_config` of a folder says of weights in fewer bits. The tensors themselves say which are kept so;
/// how a program would round activations beside them changes no weight, and is not done here.
struct StoredQuantization {
  /// Rows and columns that share a factor of FP8; nil where a row or all weights do.
  private(set) var block: (rows: Int, columns: Int)?
  /// The method by which the layers of blocks are kept; nil where nothing is said.
  private(set) var method: String?
  /// Whether some of them are named that are not.
  private(set) var leavesSomeOut = false

  private static let key = "quantization_config"
  private static let listsOfPlainLayers = [
    "llm_int8_skip_modules", "modules_to_not_convert", "ignored_layers", "ignore",
  ]
  private static let fix =
    "take the model's files in BF16 or F16, in FP8, in 8 or 4 bits of bitsandbytes, or a GGUF file of it"

  init() {}

  init(_ config: JSONValue, file: String) throws(FileError) {
    guard let object = config[Self.key]?.object else { return }
    method = object["quant_method"]?.string
    leavesSomeOut = Self.listsOfPlainLayers.contains { key in
      object[key]?.array?.contains { $0 != "lm_head" } ?? false
    }
    switch method {
    case "fp8": try readFP8(object, file)
    case "compressed-tensors": try readCompressed(object, file)
    case "bitsandbytes": try Self.bitsandbytes.check(object, file: file)
    default:
      let method = object["quant_method"].map { $0.excerpt } ?? "missing"
      throw Self.unsupported("quant_method is \(method)", file)
    }
  }

  // MARK: - FP8

  private static let fp8 = KeyTable(
    [
      .init("quant_method", .read(.text)), .init("fmt", .only(["e4m3", "float8_e4m3fn", nil])),
      .init("activation_scheme", .read(.word(["dynamic", "static"]), allowsNull: true)),
      .init("weight_block_size", .read(.any, allowsNull: true)),
      .init("scale_fmt", .only([nil, "float"])),
    ],
    ignoring: [
      "modules_to_not_convert", "ignored_layers", "dequantize", "kv_cache_scheme",
    ], fix: fix)

  private mutating func readFP8(_ object: JSONObject, _ file: String) throws(FileError) {
    try Self.fp8.check(object, file: file)
    try takeBlock("weight_block_size", of: object, file)
  }

  private mutating func takeBlock(
    _ key: String, of object: JSONObject, _ file: String
  ) throws(FileError) {
    guard let value = object[key], !value.isNull else { return }
    guard let sizes = value.array?.compactMap(\.int), sizes.count == 2,
      sizes.allSatisfy({ (1...1 << 20).contains($0) })
    else { throw Self.unsupported("\(key) is \(value.excerpt), and should be two sizes", file) }
    block = (sizes[0], sizes[1])
  }

  // MARK: - compressed-tensors

  private static let compressed = KeyTable(
    [
      .init("quant_method", .read(.text)), .init("config_groups", .read(.object)),
      .init("format", .only(["float-quantized", "naive-quantized"])),
      .init("quantization_status", .only(["compressed", "frozen", nil])),
      .init("sparsity_config", .only([nil, [:]])), .init("transform_config", .only([nil, [:]])),
      .init("kv_cache_scheme", .only([nil])),
    ], ignoring: ["ignore", "version", "global_compression_ratio"], fix: fix)

  private static let compressedWeights = KeyTable(
    [
      .init("num_bits", .only([8])), .init("type", .only(["float"])),
      .init("strategy", .read(.word(["tensor", "channel", "block"]))),
      .init("symmetric", .only([true])), .init("dynamic", .only([false])),
      .init("group_size", .only([nil])), .init("actorder", .only([nil])),
      .init("block_structure", .read(.any, allowsNull: true)),
    ], ignoring: ["observer", "observer_kwargs", "scale_dtype", "zp_dtype"], fix: fix)

  private mutating func readCompressed(
    _ object: JSONObject, _ file: String
  ) throws(FileError) {
    try Self.compressed.check(object, file: file)
    for group in object["config_groups"]?.object?.members ?? [] {
      guard let weights = group.value["weights"]?.object else { continue }
      try Self.compressedWeights.check(weights, file: file)
      if weights["strategy"] == "block" { try takeBlock("block_structure", of: weights, file) }
    }
  }

  // MARK: - bitsandbytes

  private static let bitsandbytes = KeyTable(
    [
      .init("quant_method", .read(.text)),
      .init("bnb_4bit_quant_type", .read(.word(["nf4", "fp4"]), allowsNull: true)),
      .init("llm_int8_has_fp16_weight", .only([false, nil])),
    ],
    ignoring: [
      "load_in_4bit", "load_in_8bit", "_load_in_4bit", "_load_in_8bit", "bnb_4bit_compute_dtype",
      "bnb_4bit_quant_storage", "bnb_4bit_use_double_quant", "llm_int8_enable_fp32_cpu_offload",
      "llm_int8_skip_modules", "llm_int8_threshold", "bnb_4bit_target_parameters",
    ], fix: fix)

  /// Why a layer of a block cannot be plain.
  func plain(_ name: String, _ file: String) -> FileError? {
    guard let method, !leavesSomeOut else { return nil }
    return FileError(
      .unsupported, file: file,
      cause:
        "the tensor \"\(name)\" is plain, and \"\(Self.key)\" says that such weights are kept by "
        + "\(method)",
      fix: "take configuration and weights of the same model, or remove \"\(Self.key)\"")
  }

  private static func unsupported(_ cause: String, _ file: String) -> FileError {
    FileError(.unsupported, file: file, cause: "\(cause) (\"\(key)\")", fix: fix)
  }
}
