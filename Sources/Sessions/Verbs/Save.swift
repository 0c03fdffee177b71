import Files
import Models
import RecipeLanguage
import Tensors
import Training

package enum Save: Verb {
  /// Who reads the folder.
  enum Format: String, CaseIterable, Sendable {
    case peft, gguf, mlx
  }

  package static let what = Argument.requiredValue(
    "what", .either([.path, .record]), file: .output,
    "the folder; or a run, with the folder in `to:`")
  package static let folder = Argument.path(
    "to", .output, foreign: ["output_dir"], "the folder, when a run comes first")
  static let format = Argument<Format>.choice(
    "format", default: .peft,
    "for PEFT and everything that reads it, for llama.cpp, or for mlx-lm")

  package static let declaration = VerbDeclaration(
    "save", "writes the adapter to a folder",
    arguments: [what, folder, format],
    fields: [
      FieldDeclaration("path", "string", "the folder, or the file"),
      FieldDeclaration("bytes", "size", "of the weights"),
      FieldDeclaration("sha256", "string", "of the file with the weights"),
    ],
    // a run brings its adapter, and that the base that it was made on
    effects: [
      .needs(.model, when: .not(.record(what))), .needs(.adapter, when: .not(.record(what))),
    ],
    examples: ["save \"out/first\""], related: ["load", "train", "export"], foreign: ["write"],
    next: { _ in ":save mine.recipe writes this session as a recipe that replays" },
    details: """
      The folder is PEFT's: adapter_config.json and adapter_model.safetensors, which PEFT and \
      llama.cpp's converter read, with A [rank, in] and B [out, rank] of each module in f32. \
      skillet.json beside them holds digests of the base and of the rows trained on, README.md says \
      how the adapter was made, and the base's tokenizer goes along where it has files of its own. All \
      of it appears at once or not at all. `format: gguf` writes adapter.gguf, or the .gguf file that \
      the path names, for llama.cpp's --lora; `format: mlx` writes mlx-lm's adapters.safetensors. Both \
      have the scale that alpha, rank and rslora amount to.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.save(call)
  }
}

extension Session {
  func save(_ call: VerbCall) throws(VerbFailure) -> Value {
    let (adapter, folder) = try subject(ofSave: call)
    // a run may outlast its model; then one thread makes what is not made yet
    let pool = state.model?.compute.pool ?? WorkerPool(threadCount: 1)
    let place: any DeclaredArgument = call.has(Save.folder) ? Save.folder : Save.what
    guard !folder.isEmpty else {
      throw VerbFailure(
        "E0418", "`save` needs the name of a folder", argument: place,
        help: "for example save \"out/first\"")
    }
    hasFailedSave = true
    do throws(FileError) {
      let (path, written) = try write(
        adapter, to: Paths.expandingHome(folder), as: call[Save.format], with: pool)
      hasFailedSave = false
      state.markSaved(adapter.adapter)
      return .record(
        Record([
          ("path", .string(path ?? folder)), ("bytes", .size(written.byteCount)),
          ("sha256", .string(written.sha256)),
        ]))
    } catch {
      throw VerbFailure(error, argument: place)
    }
  }

  /// - Returns: the file's path where it is another than what was given.
  private func write(
    _ adapter: AdapterInUse, to path: String, as format: Save.Format, with pool: WorkerPool
  ) throws(FileError) -> (path: String?, AdapterFolder.Written) {
    let (model, name) = (adapter.base.description, adapter.base.reference)
    switch format {
    case .peft:
      let keepsState = TrainingStateFile.has(
        in: path, of: try adapter.files.sha256(of: adapter.adapter))
      let written = try adapter.files.write(
        adapter.adapter, to: path, card: adapter.card(with: pool), keepsState: keepsState,
        companions: try companions(of: adapter, in: path))
      return (nil, written)
    case .gguf:
      let file = path.hasSuffix(".gguf") ? path : path + "/" + GGUFAdapterFile.name
      let writer = try GGUFAdapterFile(model: model, baseModel: adapter.base.name, file: file)
      try FolderMaking.make(Paths.parent(of: file))
      return (file == path ? nil : file, try writer.write(adapter.adapter, to: file))
    case .mlx:
      let writer = try MLXAdapterFolder(model: model, folder: path)
      return (nil, try writer.write(adapter.adapter, to: path, baseModel: name))
    }
  }

  /// The adapter to write, and where: a run's with `to:`, else the one in use.
  private func subject(
    ofSave call: VerbCall
  ) throws(VerbFailure) -> (adapter: AdapterInUse, folder: String) {
    guard case .record(let run) = call[Save.what] else {
      guard let current = state.adapter else {
        throw VerbFailure(
          "E0401", "there is no adapter to save", help: "make and train one: lora, then train")
      }
      return (current, call[Save.folder] ?? call[Save.what].text ?? "")
    }
    guard let found = self.adapter(of: run.reference) else {
      throw VerbFailure(
        "E0417", "this record stands for no adapter", argument: Save.what,
        help: "take a run: save best(runs, by: perplexity), to: \"out/best\"")
    }
    guard let path = call[Save.folder] else {
      throw VerbFailure(
        "E0418", "`save` needs a folder for the run", help: "save …, to: \"out/best\"")
    }
    return (found, path)
  }
}
