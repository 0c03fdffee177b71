import Diagnostics
import Foundation

/// Files of JSON lines with prompt and completion: what is trained on, and what is held out.
struct FineTuneRows {
  let train: String
  let heldOut: String
}

/// TRL's SFTTrainer and a recipe of ours on the same rows, each from the start of its process to the
/// saved adapter, with a score of the held-out rows before and after.
struct FineTuneComparison {
  static let work = "fine-tune, start to saved adapter"
  static let peer = "TRL, bf16"

  let python: String
  let folder: String
  let model: String
  let rows: FineTuneRows

  /// - Returns: a row of seconds and one of the held-out losses.
  func run(rounds: Int) throws -> [String] {
    var seconds: [(peer: Double, own: Double)] = []
    var losses = seconds
    var memory = seconds
    for _ in 0..<max(1, rounds) {
      let theirs = try PeerRun(
        python, [PeerComparison.scripts + "sft.py", folder, rows.train, rows.heldOut])
      let ours = try OwnRun(recipe(savingTo:))
      seconds.append((try theirs.number("seconds"), ours.seconds))
      losses.append((try theirs.number("loss"), ours.loss))
      memory.append((try theirs.number("peak_mb"), ours.megabytes))
    }
    let row = PairedRow(
      work: "\(Self.work), seconds", peer: Self.peer, pairs: seconds, memory: memory,
      lessIsBetter: true)
    let loss = PairedRow(
      work: "its held-out loss", peer: Self.peer, pairs: losses, memory: memory,
      lessIsBetter: true)
    return [row.line, loss.line]
  }

  /// The settings of `sft.py`.
  private func recipe(savingTo folder: String) -> String {
    """
    recipe "bench", language: 1
    seed 1
    load "\(model)"
    dataset "\(rows.heldOut)", template: none
    eval on: train
    dataset "\(rows.train)", template: none
    lora rank: 8, alpha: 16, targets: [q_proj, v_proj]
    train epochs: 1, lr: 2e-4, batch: 8
    save "\(folder)/adapter"
    dataset "\(rows.heldOut)", template: none
    eval on: train

    """
  }
}

/// `skillet run` of a recipe in a folder of its own.
private struct OwnRun {
  let seconds: Double
  let loss: Double
  let megabytes: Double

  init(_ recipe: (_ folder: String) -> String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "bench.recipe")
    try Data(recipe(folder.path).utf8).write(to: file)
    let bench = URL(fileURLWithPath: CommandLine.arguments[0])
    let skillet = bench.deletingLastPathComponent().appending(path: "skillet").path
    let start = ContinuousClock().now
    let run = try PeerRun(skillet, ["run", file.path, "--json"])
    seconds = (ContinuousClock().now - start).seconds
    let values = run.objects.compactMap { $0["value"] as? [String: Any] }
    guard let loss = values.last?["loss"] as? Double,
      let memory = values.compactMap({ $0["peak_memory"] as? Double }).last
    else {
      throw WrongResult(description: "\(skillet) gave no loss; run the recipe by hand to see why")
    }
    self.loss = loss
    megabytes = memory / 1e6
  }
}
