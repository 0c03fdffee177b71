import Diagnostics
import Files
import Models
import RecipeLanguage
import Tensors

/// Adapters by the names that recipes call them.
extension Session {
  /// The adapter of this name, on the base in use.
  func adapter(
    named name: String, _ argument: any DeclaredArgument
  ) throws(VerbFailure) -> AdapterInUse {
    guard let adapter = state.adapters[name] else {
      let known = state.adapters.keys.sorted()
      let help =
        FolderJournal.has(AdapterFolder.weightsName, in: Paths.expandingHome(name))
        ? "that is a folder; read it first, by a name: use \(NumberText.quoted(Paths.name(of: name))), "
          + "from: \(NumberText.quoted(name))"
        : NearestName.question(for: name, among: known)
          ?? "name it when it is made: lora name: \"\(name)\""
      throw VerbFailure(
        "E0409", "there is no adapter \"\(name)\"", argument: argument,
        help: help,
        notes: known.isEmpty ? [] : ["adapters: \(known.joined(separator: ", "))"])
    }
    try requireBase(of: adapter, named: argument)
    return adapter
  }

  /// Refuses a name that no adapter may have.
  func requireName(
    _ name: String, _ argument: any DeclaredArgument
  ) throws(VerbFailure) {
    guard name == Use.base else { return }
    throw VerbFailure(
      "E0425", "`\(Use.base)` is the model without an adapter", argument: argument,
      help: "choose another name")
  }

  /// Reads an adapter's folder onto the base in use, and uses it.
  ///
  /// - Parameter argument: what named the folder.
  func loadAdapter(
    _ folder: String, as name: String, named argument: any DeclaredArgument
  ) throws(VerbFailure) {
    let model = try requireModel(Load.name)
    do throws(FileError) {
      let files = AdapterFolder(model: model.decoder.description, baseModel: model.identity.name)
      let (adapter, card) = try files.read(
        Paths.expandingHome(folder), on: model.identity, of: model.loaded.decoder.weights,
        with: model.compute)
      take(
        AdapterInUse(
          name: name, adapter: adapter, base: model.identity, trainedOn: card?.quantization,
          steps: card?.steps ?? 0, rows: card?.rows ?? TrainedRows(), curve: nil))
      if let card { tell(card, of: model) }
    } catch {
      throw VerbFailure(error, argument: argument)
    }
  }

  private func tell(_ card: AdapterCard, of model: ModelInUse) {
    let template = model.identity.digests(with: model.compute.pool).template
    if card.base.digests.template != template {
      notice("the adapter was trained with another chat template than the one of this model")
    }
    if let scheme = card.quantization, scheme != model.scheme {
      notice(
        "the adapter was trained on \(card.base.name) in \(scheme); `quantize \(scheme)` gives the "
          + "same base")
    }
  }
}
