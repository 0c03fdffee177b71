import Diagnostics
import Models
import RecipeLanguage
import Tokenizers

/// The learning rates of `lr_groups`.
extension VerbCall {
  /// The rate of each module that one is named for. A name is a regular expression for the end of the module's path,
  /// or of the path of one that it is part of; the first that fits counts, as in PEFT's `rank_pattern`.
  ///
  /// - Parameter layout: of the adapter to be trained.
  func ownRates(of layout: AdapterLayout) throws(VerbFailure) -> [ModulePlace: Double] {
    var rates: [ModulePlace: Double] = [:]
    for group in self[Train.groups] {
      let pattern = try pattern(of: group.name)
      let trained = layout.entries.map(\.place).filter {
        pattern.fits(within: layout.model.path(at: $0))
      }
      guard !trained.isEmpty else { throw notTrained(group.name, pattern, layout) }
      let left = trained.filter { rates[$0] == nil }
      guard !left.isEmpty else {
        throw VerbFailure(
          "E0407", "all that `\(group.name)` stands for has the rate of an earlier name",
          argument: Train.groups, help: "leave it out, or put it before that one")
      }
      for place in left { rates[place] = group.number }
    }
    return rates
  }

  private func pattern(of name: String) throws(VerbFailure) -> ModulePattern {
    do throws(TokenizerError) {
      return try ModulePattern(ending: name)
    } catch {
      throw VerbFailure(
        "E0407", "the name \(NumberText.quoted(name)) is not read: \(error)",
        argument: Train.groups,
        help: "names are ends of paths, or regular expressions for them: lm_head, \"layers.[0-3]\"")
    }
  }

  private func notTrained(
    _ name: String, _ pattern: ModulePattern, _ layout: AdapterLayout
  ) -> VerbFailure {
    let model = layout.model
    if model.modulePlaces.contains(where: { pattern.fits(within: model.path(at: $0)) }) {
      return VerbFailure(
        "E0407", "nothing of `\(name)` is trained by this adapter", argument: Train.groups,
        help: "leave it out, or name it where the adapter is made, in `\(LoRA.targets.name)`")
    }
    var known: [String] = []
    for path in layout.entries.flatMap({ model.path(at: $0.place).modulePaths }) {
      let parts = path.split(separator: ".")
      let isBlock = parts.last.map { Int($0) != nil } == true
      let name = parts.suffix(isBlock ? 2 : 1).joined(separator: ".")
      if !known.contains(name) { known.append(name) }
    }
    return VerbFailure(
      "E0407", "this model has no module `\(name)`", argument: Train.groups,
      help: NearestName.question(for: name, among: known)
        ?? "trained are \(model.trainedNames(of: layout).joined(separator: ", "))")
  }
}

extension DecoderDescription {
  /// The names of what an adapter trains, in the order of the model.
  fileprivate func trainedNames(of layout: AdapterLayout) -> [String] {
    var names: [String] = []
    for entry in layout.entries where !names.contains(name(of: entry.place)) {
      names.append(name(of: entry.place))
    }
    return names
  }
}
