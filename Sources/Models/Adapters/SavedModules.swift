/// The modules that are trained and saved themselves, by the names of PEFT's `modules_to_save`.
extension DecoderDescription {
  /// What a name stands for, as in PEFT 0.21 (`_set_trainable`): every module whose path ends with it, not only
  /// behind a dot, and the parts of such a module of a block.
  package func savedModules(named name: String) -> Set<ModulePlace> {
    Set(modulePlaces.filter { canBeSaved($0) && takesIn(path(at: $0), name) })
  }

  /// The path of a module that a name stands for too and that Skillet does not train; nil where there is none.
  package func untrainedModule(named name: String) -> String? {
    let parts = positions == .learned ? [moduleNames.positions] : []
    let projections = embeddingWidth.map { _ in
      [moduleNames.inputProjection, moduleNames.outputProjection]
    }
    return (parts + (projections ?? [])).first { takesIn($0, name) }
      ?? singleHeads.first { $0.hasSuffix(name) }
  }

  /// The last parts of the paths of all modules that can be saved, in the order of the model.
  package var savedNames: [String] { names(ofSaved: Set(modulePlaces.filter(canBeSaved))) }

  /// The last parts of the paths of some modules, in the order of the model.
  package func names(ofSaved saved: Set<ModulePlace>) -> [String] {
    var names: [String] = []
    for place in modulePlaces where saved.contains(place) && !names.contains(name(of: place)) {
      names.append(name(of: place))
    }
    return names
  }

  /// Whether PEFT puts no pair beside a path for what `modules_to_save` names
  /// (`check_target_module_exists`): it, or a module that it is part of, ends with a name behind a dot.
  func isExcluded(_ path: String, savingModules names: [String]) -> Bool {
    path.modulePaths.contains { ancestor in
      names.contains { ancestor == $0 || ancestor.hasSuffix("." + $0) }
    }
  }

  /// The paths of norms of single heads, and of lists of them, which are trained as one module.
  private var singleHeads: [String] {
    modulePlaces.compactMap(\.norm).flatMap { norm in
      let paths = parts(of: norm, in: moduleNames).map(\.name)
      let list = paths[0].split(separator: ".").dropLast().joined(separator: ".")
      return paths.count > 1 ? [list] + paths : []
    }
  }

  /// Whether a place has weights, which some norms lack.
  private func canBeSaved(_ place: ModulePlace) -> Bool { place.norm == nil || normHasWeight }

  private func takesIn(_ path: String, _ name: String) -> Bool {
    if path.hasSuffix(name) { return true }
    return path.modulePaths.contains { ancestor in
      ancestor.hasSuffix(name) && ancestor.hasPrefix(blockPath) && ancestor != blockPath
    }
  }
}
