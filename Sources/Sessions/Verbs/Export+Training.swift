import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// What `export` does with a training: a script or a configuration, and the rows beside it.
extension Session {
  func writeTraining(
    _ model: ModelInUse, as target: Export.Target, to path: String, _ call: VerbCall
  ) throws(VerbFailure) -> Record {
    let data = try requireData(Export.name)
    guard let adapter = state.adapter else {
      throw VerbFailure(
        "E0401", "there is no adapter whose training could be written",
        help: "make one: lora rank: 8, and train it, or give train's arguments there")
    }
    guard adapter.adapter.configuration.form == .lowRank else {
      throw VerbFailure(
        "E0441",
        "\(adapter.adapter.configuration.isWhole ? "whole matrices are" : "an adapter beside its start is") "
          + "trained here, and what is written for \(target.rawValue) trains plain LoRA",
        argument: Export.target, help: "put another adapter there instead: lora rank: 8")
    }
    let handover = Handover(
      model: model, adapter: adapter, run: run(of: reference(of: adapter)), data: data,
      seed: state.seed, range: call)
    if let (argument, word) = handover.untranslated {
      throw VerbFailure(
        "E0441", "\(target.rawValue) has nothing for `\(argument.name): \(word)`",
        argument: Export.target, help: "train with another one before")
    }
    let stem = String(Paths.name(of: path).prefix { $0 != "." })
    let names = (train: "\(stem).train.jsonl", valid: "\(stem).valid.jsonl")
    let text: String
    if target == .axolotl {
      let configuration = try AxolotlConfiguration(handover, rows: names)
      if let obstacle = configuration.obstacle {
        throw VerbFailure(
          "E0441", "axolotl has \(obstacle)", argument: Export.target, help: configuration.way)
      }
      guard handover.train.tokenized + handover.valid.tokenized == 0 else {
        throw VerbFailure(
          "E0441",
          "\(handover.train.tokenized + handover.valid.tokenized) rows are told by their tokens only, and "
            + "axolotl reads text", argument: Export.target,
          help: "write a script for TRL: export \"train.py\"")
      }
      text = configuration.text
    } else {
      if let obstacle = headObstacle(of: adapter) {
        throw VerbFailure(
          "E0441", "TRL's SFTTrainer makes logits of the output head's weight itself: \(obstacle)",
          argument: Export.target, help: "write a configuration for Axolotl: export \"train.yaml\"")
      }
      text = TRLScript(handover, rows: names).text
    }
    var files = [(names.train, handover.train.text)]
    if handover.valid.count > 0 { files.append((names.valid, handover.valid.text)) }
    if handover.test.count > 0 { files.append(("\(stem).test.jsonl", handover.test.text)) }
    do throws(FileError) {
      let folder = Paths.parent(of: path)
      try FolderMaking.make(folder)
      for (name, text) in files { try AtomicFile.write(text, to: folder + "/" + name) }
      try AtomicFile.write(text, to: path)
    } catch {
      throw VerbFailure(error, argument: Export.path)
    }
    for difference in handover.differences { notice(difference) }
    return Record([
      ("path", .string(call[Export.path])),
      ("bytes", .size(files.reduce(text.utf8.count) { $0 + $1.1.utf8.count })),
      ("rows", .int(handover.train.count + handover.valid.count + handover.test.count)),
      ("steps", .int(handover.steps)),
    ])
  }

  /// What TRL 1.16 cannot train of the output head, as a clause.
  private func headObstacle(of adapter: AdapterInUse) -> String? {
    let configuration = adapter.adapter.configuration
    if configuration.tables.contains(.head) { return "it refuses an adapter beside it" }
    let ties = configuration.tiesTables(of: adapter.base.description)
    let hasRows = configuration.tokens[.head] != nil || ties && !configuration.tokens.isEmpty
    return hasRows ? "it fails on rows of tokens in its place" : nil
  }
}
