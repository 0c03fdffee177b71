import Diagnostics
import Files
import Hubs
import Models
import RecipeLanguage
import Tensors
import Training

package enum Load: Verb {
  package static let source = Argument.requiredPath(
    "source", .model,
    "an alias such as \"smollm2\", the path of a .gguf file or a Hugging Face folder, or a name: "
      + "hf:OWNER/NAME, ollama:NAME:TAG, lmstudio:PUBLISHER/NAME")
  package static let run = Argument.value(
    "run", .either([.int(1...(.max)), .string]),
    "a run of before, by its number or its id in :runs: its model, quantized as it was, with its adapter"
  )
  package static let adapter = Argument.path("adapter", .input, "a PEFT folder to put on top")
  package static let precision = Argument.choiceOrAuto(
    "precision", [Precision.f32, .bf16], foreign: ["dtype"],
    "how operands of products are kept; auto takes bf16 where the CPU multiplies it")

  package static let declaration = VerbDeclaration(
    "load", "opens a model: an alias, a .gguf file, a Hugging Face folder or a model of the hub",
    arguments: [source, run, adapter, precision],
    fields: [
      FieldDeclaration("name", "string", "the name in the file"),
      FieldDeclaration("architecture", "string", "the family of the decoder"),
      FieldDeclaration("parameters", "int", "weights in all"),
      FieldDeclaration("layers", "int", "decoder blocks"),
      FieldDeclaration("hidden", "int", "width of the residual stream"),
      FieldDeclaration("context", "int", "longest sequence in tokens"),
      FieldDeclaration("format", "string", "gguf or safetensors"),
      FieldDeclaration("bytes", "size", "weights in memory"),
    ],
    effects: [
      .gives(.model), .removes(.adapter), .gives(.adapter, when: .given(adapter)),
      .gives(.adapter, when: .given(run)),
    ],
    examples: ["load \"smollm2\"", "load \"smollm2\", precision: f32"],
    related: ["quantize", "lora", "generate"],
    alternatives: [[source, run], [adapter, run]],
    next: { shape in
      shape.has.contains(.dataset)
        ? "lora rank: 8, or quantize nf4 before it"
        : "dataset \"yours.csv\" (or .jsonl, .parquet, a folder), or generate \"…\"; :chat talks to "
          + "the model"
    },
    details: """
      A GGUF file is mapped, not read: its weights stay in the file's own blocks, and each product
      dequantizes only the panel that it is working on. While a reply is decoded, activations are
      rounded to 8 bits where the CPU multiplies those faster. `precision: f32` makes every product
      exact, which is slower and is meant for comparing with other programs.

      `"hf:OWNER/NAME"`, or without `hf:` where there is no such path, is a model of the Hugging Face hub: it is
      taken from the cache that Hugging Face's own programs have (HF_HOME, HF_HUB_CACHE) or fetched into it, its
      weights only when nothing else speaks against it. What is in the cache is not asked for again. A branch, tag
      or commit may follow (`@COMMIT` means the same bytes for good), or of a repository of GGUF files one of
      them, by name or by type: `"hf:OWNER/NAME/FILE.gguf"`, `"hf:OWNER/NAME:Q4_K_M"`. `"ollama:NAME:TAG"` and
      `"lmstudio:PUBLISHER/NAME"` are what those programs have fetched.

      `load run: 12` takes up a run of before: what it trained is kept in the user's own folder, up to 1 GB of the
      latest, whether it was saved or not.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try call.has(Load.run) ? session.loadRun(call) : session.load(call[Load.source], call)
  }
}

extension Session {
  /// - Parameter source: what names the model.
  func load(_ source: String, _ call: VerbCall) throws(VerbFailure) -> Value {
    let path = try path(ofModel: source)
    guard path.hasSuffix(".gguf") || Paths.isFolder(path) || source.hasPrefix(OllamaStore.prefix)
    else {
      throw VerbFailure(
        "E0801", "\(path): this is neither a .gguf file nor a folder", argument: Load.source,
        help: "a model is a .gguf file or a folder with config.json", kind: .input)
    }
    try refuseFolderOfModels(path)
    let model: LoadedModel
    do throws(FileError) {
      model = try LoadedModel(path: path)
    } catch {
      throw VerbFailure(error, argument: Load.source)
    }
    let precision = call[Load.precision]
    let compute = Compute(threadCount: threadCount, precision: precision)
    if precision == .bf16, compute.precision != .bf16 {
      throw VerbFailure(
        "E0404", "this CPU does not multiply bf16 in hardware", argument: Load.precision,
        help: "leave precision out, or write precision: f32",
        notes: ["the kernels in use are \(Kernels.name)"])
    }
    let data = state.data
    let inUse = ModelInUse(
      source: source, loaded: model, decoder: model.decoder, scheme: nil, compute: compute)
    state.model = inUse
    if let reference = HubReference(source), inUse.pinnedSource != source,
      inUse.pinnedSource != reference.text
    {
      notice("\"\(inUse.pinnedSource)\" means these bytes for good")
    }
    state.adapters = [:]
    state.activeAdapter = nil
    state.data = nil
    if let folder = call[Load.adapter] {
      try loadAdapter(folder, as: AdapterInUse.standardName, named: Load.adapter)
      tellAdapter(from: folder)
    }
    if let data { try read(data.dataset, again: data.split, for: model) }
    return .record(summary(of: model))
  }

  /// Says by which name to call the adapter that came with the model, which nobody has named.
  private func tellAdapter(from folder: String) {
    guard let adapter = state.adapter else { return }
    notice(
      "the adapter of \(folder) is in use as \(NumberText.quoted(adapter.name)): rank "
        + "\(adapter.adapter.configuration.rank), \(adapter.steps) steps")
  }

  /// A folder that is no model may hold one, which is named then.
  private func refuseFolderOfModels(_ path: String) throws(VerbFailure) {
    let configuration = "/config.json"
    guard Paths.isFolder(path), !Paths.exists(path + configuration) else { return }
    let inside = (Paths.names(in: path) ?? []).first { name in
      ModelFolder.isModelFile(name) || Paths.exists(path + "/" + name + configuration)
    }
    guard let inside else { return }
    throw VerbFailure(
      "E0801", "\(path): the folder itself is no model: it has no config.json",
      argument: Load.source,
      help: "there is one in it: load \(NumberText.quoted(path + "/" + inside))", kind: .input)
  }

  private func summary(of model: LoadedModel) -> Record {
    let description = model.decoder.description
    let weights = model.decoder.weights
    return Record([
      ("name", .string(model.name)),
      ("architecture", .string(description.architecture)),
      ("parameters", .int(weights.parameterCount)),
      ("layers", .int(description.sizes.layers)),
      ("hidden", .int(description.sizes.hidden)),
      ("context", .int(description.sizes.context)),
      ("format", .string(model.format)),
      ("bytes", .size(weights.byteCount)),
    ])
  }
}
