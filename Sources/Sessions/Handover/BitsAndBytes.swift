import Files
import Models
import Tensors

/// What bitsandbytes can do of the session's quantization.
struct BitsAndBytes {
  /// How it quantizes a base as it is loaded.
  enum Loading: Equatable {
    case none
    /// - Parameter type: nf4 or fp4.
    case fourBits(type: String, isDouble: Bool)
    case eightBits
  }

  private(set) var loading = Loading.none
  /// What it does otherwise, as sentences.
  private(set) var notes: [String] = []

  init(_ model: ModelInUse) {
    guard let scheme = model.scheme, let format = WeightFormat(rawValue: scheme),
      let matrix = model.decoder.weights.linears.first(where: { $0.format == format })
    else { return }
    guard model.loaded.format != "gguf" else {
      notes = [
        "The base was in \(scheme); a GGUF file cannot be quantized as it is loaded, so it is not here; a folder of it can."
      ]
      return
    }
    switch format {
    case .nf4, .fp4:
      loading = .fourBits(type: scheme, isDouble: matrix.isDouble)
      if matrix.factorBlock != 64 {
        notes = ["Blocks have 64 weights here, and \(matrix.factorBlock) there."]
      }
    case .int8:
      loading = .eightBits
      notes = ["LLM.int8() keeps large activations in 16 bits, which Skillet's int8 does not."]
    default:
      notes = [
        "The base was in \(scheme), which bitsandbytes does not have: it is not quantized here."
      ]
    }
  }

  /// The arguments of transformers' `BitsAndBytesConfig`; nil for none.
  var python: String? {
    switch loading {
    case .none: nil
    case .eightBits: "load_in_8bit=True"
    case .fourBits(let type, let isDouble):
      "\n    load_in_4bit=True, bnb_4bit_quant_type=\"\(type)\", "
        + "bnb_4bit_use_double_quant=\(JSONValue.bool(isDouble).python),\n"
        + "    bnb_4bit_compute_dtype=DTYPE"
    }
  }

  /// The settings of Axolotl, whose `bnb_config_kwargs` are those of `BitsAndBytesConfig`.
  var axolotl: [(String, JSONValue)] {
    var settings: [(String, JSONValue)] = [
      ("load_in_4bit", .bool(false)), ("load_in_8bit", .bool(loading == .eightBits)),
    ]
    if case .fourBits(let type, let isDouble) = loading {
      settings[0].1 = .bool(true)
      settings.append(
        (
          "bnb_config_kwargs",
          ["bnb_4bit_quant_type": .string(type), "bnb_4bit_use_double_quant": .bool(isDouble)]
        ))
    }
    return settings
  }
}
