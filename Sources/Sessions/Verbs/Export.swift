import Files
import Models
import RecipeLanguage
import Tensors

package enum Export: Verb {
  /// Who takes over.
  package enum Target: String, CaseIterable, Sendable {
    case gguf, safetensors, ollama, trl, axolotl

    /// Whether it takes over a training, and not a model.
    var isTraining: Bool { self == .trl || self == .axolotl }

    /// What the end of a path stands for.
    static let endings: [(ending: String, target: Target)] = [
      (".gguf", .gguf), (".py", .trl), (".yaml", .axolotl), (".yml", .axolotl),
    ]
  }

  /// As the model in use has it.
  static let keep = "keep"
  /// As the type of file has it.
  static let auto = "auto"
  /// What a table may be written in.
  private static let formats = QuantizationScheme.formats.filter { $0.ggmlNumber != nil }

  package static let path = Argument.requiredPath("path", .output, "the file, or the folder")
  static let target = Argument.choiceOrAuto(
    "as", Target.allCases, "what to write; auto goes by the path's ending, a folder is safetensors")
  package static let type = Argument.word(
    "type", [keep] + GGUFFileType.all.map(\.name), default: keep,
    foreign: ["outtype", "quantization", "dtype", "ftype"],
    refused: Dictionary(
      uniqueKeysWithValues: GGUFFileType.weighed.map {
        ($0, "llama.cpp makes it only with a matrix of importance, which Skillet does not have")
      }),
    "the type of file, which says the format of each matrix; keep has them as they are in use")
  package static let embedding = Argument.word(
    "embedding", [auto, keep] + formats.map(\.rawValue), default: auto,
    "the format of the embedding and of an output head of its own; auto, and a folder, go by `type`"
  )

  package static let declaration = VerbDeclaration(
    "export", "writes the model, with the adapter in use folded in, for other programs",
    arguments: [path, target, type, embedding],
    fields: [
      FieldDeclaration("path", "string", "the file or the folder"),
      FieldDeclaration("bytes", "size", "of the weights"),
      FieldDeclaration("type", "word", "the format of most linear weights in it"),
      FieldDeclaration("embedding", "word", "that of the embedding"),
      FieldDeclaration("adapter", "string", "what was folded in; base for nothing"),
      FieldDeclaration("rms_error", "float", "what the weights that changed lost by their format"),
      FieldDeclaration("kl", "float", "nats by which predictions moved, on three prompts"),
      FieldDeclaration("difference", "float", "the most that a logit moved on them"),
      FieldDeclaration("read_back", "float", "the most that a logit of the file read back is off"),
      FieldDeclaration("rows", "int", "rows written beside a training's script"),
      FieldDeclaration("steps", "int", "steps that the script trains"),
    ],
    effects: [.needs(.model), .uses(.adapter), .uses(.dataset)],
    examples: [
      "export \"out/model.gguf\"", "export \"out/model.gguf\", type: q4_k_m, as: ollama",
      "export \"out/model\", type: bf16",
      "lora rank: 8\nexport \"out/train.py\"",
    ],
    related: ["save", "merge", "quantize"], foreign: ["convert", "dump", "publish"],
    details: """
      The file has the model's own metadata, tokenizer, chat template and end tokens. An adapter in \
      use is folded in, W + alpha/rank · B·A, before each layer takes its format; `use base` before \
      it leaves the adapter out. A GGUF file (llama.cpp, Ollama with `as: ollama` for a Modelfile \
      beside it) and a folder with safetensors (transformers, vLLM, TRL, MLX) can be made of either \
      kind of model. A folder of a GGUF file has its tokenizer as tokenizer.json, and config.json \
      by transformers' keys; what the file does not say, such as dropouts of pretraining, is \
      transformers' default. What the target cannot say is refused before a byte \
      is written; what was written is read back and compared on three prompts. \
      `type` takes the names of llama.cpp's quantizer and gives each matrix the format and the \
      bytes that it would, without a matrix of importance: q4_k_m has some layers in q6_k, and \
      where rows are no multiple of 256 weights, q5_0 and q8_0 take the place of q4_k and q6_k. \
      A path that ends in .py gets the session's training (the last one of the adapter in use, or \
      train's defaults) as a script for transformers, PEFT and TRL, one in .yaml as a configuration for \
      Axolotl, with the rows of each part beside it; what they do otherwise stands at the top.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.export(call)
  }
}

extension Session {
  func export(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Export.name)
    let path = Paths.expandingHome(call[Export.path])
    let target = try target(of: call)
    hasFailedSave = true
    if target.isTraining {
      let value = try writeTraining(model, as: target, to: path, call)
      hasFailedSave = false
      return .record(value)
    }
    let value: Value
    do throws(FileError) {
      value = .record(try write(model, as: target, to: path, call))
    } catch {
      throw VerbFailure(error, argument: Export.path)
    }
    hasFailedSave = false
    return value
  }

  private func target(of call: VerbCall) throws(VerbFailure) -> Export.Target {
    let path = call[Export.path]
    guard !path.isEmpty else {
      throw VerbFailure(
        "E0418", "`export` needs the name of a file or a folder", argument: Export.path,
        help: "for example export \"out/model.gguf\"")
    }
    let known = Export.Target.endings.first { path.hasSuffix($0.ending) }?.target
    if let target = call[Export.target] {
      if target == .safetensors || known == target || (target == .ollama && known == .gguf) {
        return target
      }
      let ending =
        Export.Target.endings.first { $0.target == (target == .ollama ? .gguf : target) }?.ending
        ?? ""
      throw VerbFailure(
        "E0441", "a path for \(target.rawValue) ends in \(ending), and this is \"\(path)\"",
        argument: Export.path, help: "export \"\(path)\(ending)\", as: \(target.rawValue)")
    }
    if let known { return known }
    guard !Paths.name(of: path).contains(".") || Paths.isFolder(Paths.expandingHome(path)) else {
      throw VerbFailure(
        "E0441", "the ending of \"\(path)\" does not say what to write", argument: Export.path,
        help:
          "a model is a file that ends in .gguf or a folder, a training one that ends in .py or "
          + ".yaml; for a folder of this name: as: safetensors")
    }
    return .safetensors
  }
}
