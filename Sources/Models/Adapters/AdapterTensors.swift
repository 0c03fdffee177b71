import Checkpoints
import Files

/// The tensors of an adapter's file in PEFT's names, held against what its configuration says that there are.
struct AdapterTensors {
  /// The names of one module's tensors.
  struct Names {
    let a: String
    let b: String
    /// DoRA's lengths.
    let lengths: String

    fileprivate init(module path: String) {
      a = path + ".lora_A.weight"
      b = path + ".lora_B.weight"
      lengths = path + ".lora_magnitude_vector"
    }
  }

  let model: DecoderDescription

  func names(of entry: AdapterLayout.Entry) -> Names {
    Names(module: Self.root + model.path(at: entry.place))
  }

  private static let root = "base_model.model."

  /// Refuses tensors that are missing, left over or of another rank than the configuration gives them, with
  /// the keys of the configuration that say so.
  func requireAgreement(
    _ directory: TensorDirectory, with layout: AdapterLayout, file: String
  ) throws(FileError) {
    var known: Set<String> = []
    for entry in layout.entries {
      let names = names(of: entry)
      try require(names.a, [entry.rank, entry.inputs], of: entry, directory, file)
      try require(names.b, [entry.outputs, entry.rank], of: entry, directory, file)
      known.formUnion([names.a, names.b])
      guard entry.hasLengths else { continue }
      known.insert(names.lengths)
      if directory[names.lengths] == nil {
        throw disagreement(
          .absent, file,
          "there is no tensor \"\(names.lengths)\", though \"use_dora\" of its configuration is true"
        )
      }
    }
    if let extra = directory.names.first(where: { !known.contains($0) }) {
      throw leftOver(extra, file: file)
    }
  }

  private func require(
    _ name: String, _ shape: [Int], of entry: AdapterLayout.Entry, _ directory: TensorDirectory,
    _ file: String
  ) throws(FileError) {
    guard let tensor = directory[name] else {
      throw disagreement(
        .absent, file,
        "there is no tensor \"\(name)\", though \(Self.choice) its configuration choose its layer")
    }
    if tensor.shape == shape { return }
    throw disagreement(
      .malformed, file,
      "the tensor \"\(name)\" is \(tensor.shape) instead of \(shape): the layer has \(entry.inputs) "
        + "inputs and \(entry.outputs) outputs in this model, and \"r\" and \"rank_pattern\" of its "
        + "configuration give it rank \(entry.rank)")
  }

  private func leftOver(_ name: String, file: String) -> FileError {
    for layer in 0..<model.sizes.layers {
      for module in model.linears {
        let names = Names(module: Self.root + model.path(module, layer: layer))
        if name == names.lengths {
          return disagreement(
            .unsupported, file,
            "there is the tensor \"\(name)\", though \"use_dora\" of its configuration is not true")
        }
        if name == names.a || name == names.b {
          return disagreement(
            .unsupported, file,
            "there is the tensor \"\(name)\", whose layer \(Self.choice) its configuration leave out"
          )
        }
      }
    }
    for (path, what) in [(model.names.embedding, "embedding"), (model.names.head, "output head")]
    where name.hasPrefix(Self.root + path + ".") {
      return FileError(
        .unsupported, file: file,
        cause: "the tensor \"\(name)\" is of the \(what), which adapters here do not change",
        fix: "let PEFT fold the adapter into its base, with merge_and_unload, and load that model")
    }
    return FileError(
      .unsupported, file: file,
      cause: "the tensor \"\(name)\" belongs to none of this model's layers",
      fix: "load the model that the adapter was trained on")
  }

  private static let choice =
    "\"target_modules\", \"exclude_modules\" and \"layers_to_transform\" of"

  private func disagreement(_ kind: FileError.Kind, _ file: String, _ cause: String) -> FileError {
    FileError(
      kind, file: file, cause: cause,
      fix:
        "take both files of the adapter from the same folder, and the model that it was trained on")
  }
}
