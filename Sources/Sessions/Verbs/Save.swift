import Files
import Models
import RecipeLanguage
import Tensors
import Training

package enum Save: Verb {
  /// Who reads the folder.
  enum Format: String, CaseIterable, Sendable {
    case peft
  }

  package static let what = Argument.requiredValue(
    "what", .either([.path, .record]), file: .output,
    "the folder; or a run, with the folder in `to:`")
  package static let folder = Argument.path(
    "to", .output, foreign: ["output_dir"], "the folder, when a run comes first")
  static let format = Argument<Format>.choice(
    "format", default: .peft, "for PEFT and everything that reads it")

  package static let declaration = VerbDeclaration(
    "save", "writes the adapter to a folder",
    arguments: [what, folder, format],
    fields: [
      FieldDeclaration("path", "string", "the folder"),
      FieldDeclaration("bytes", "size", "of the weights"),
      FieldDeclaration("sha256", "string", "of adapter_model.safetensors"),
    ],
    // a run brings its adapter, and that the base that it was made on
    effects: [
      .needs(.model, when: .not(.record(what))), .needs(.adapter, when: .not(.record(what))),
    ],
    examples: ["save \"out/first\""], related: ["load", "train"], foreign: ["export", "write"],
    next: { _ in ":save mine.recipe writes this session as a recipe that replays" },
    details: """
      The folder is PEFT's: adapter_config.json and adapter_model.safetensors, which PEFT and \
      llama.cpp's converter read, with A [rank, in] and B [out, rank] of each module in f32. \
      skillet.json beside them holds digests of the base and of the rows trained on. All of it \
      appears at once or not at all.
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
      let path = Paths.expandingHome(folder)
      let written = try adapter.files.write(
        adapter.adapter, to: path, card: adapter.card(with: pool),
        keepsState: TrainingStateFile.has(
          in: path, of: try adapter.files.sha256(of: adapter.adapter)))
      hasFailedSave = false
      state.markSaved(adapter.adapter)
      return .record(
        Record([
          ("path", .string(folder)), ("bytes", .size(written.byteCount)),
          ("sha256", .string(written.sha256)),
        ]))
    } catch {
      throw VerbFailure(error, argument: place)
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
