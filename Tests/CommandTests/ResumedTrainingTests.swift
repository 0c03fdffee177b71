import Foundation
import Glibc
import TestSupport
import Testing

/// `train resume: "folder"`: trainings that another process goes on with.
@Suite struct ResumedTrainingTests {
  private let skillet: SkilletRun
  /// Ten rows, which make three batches of an epoch, in another order each time.
  private static let data =
    TinyRecipe.load + "dataset \"rows.jsonl\"\nsplit valid: 2\n"
  private static let adapter = data + "lora rank: 2, dropout: 0.2\n"
  private static let weights = "adapter_model.safetensors"
  private static let state = "training_state.safetensors"

  init() throws {
    skillet = try SkilletRun()
    let rows = (1...12).map { "{\"prompt\": \"row \($0)\", \"completion\": \"\($0 * $0)\"}\n" }
    skillet.folder.write(rows.joined(), as: "rows.jsonl")
  }

  private func bytes(_ folder: String) throws -> [UInt8] {
    try skillet.folder.bytes(of: folder + "/" + Self.weights)
  }

  @Test(
    arguments: [
      "schedule: constant, warmup: 0",
      "schedule: constant, warmup: 2, weight_decay: 0.1, eval_every: 5, keep: best",
      "schedule: constant, warmup: 0, lr_groups: {q_proj: 2e-3, \"layers.1\": 1e-5}",
    ], [adapter, data + "unfreeze targets: [q_proj, down_proj], layers: [1]\n"])
  func `50 steps, a new process and 50 steps give the bytes of 100`(
    _ more: String, adapter: String
  ) throws {
    let line = "lr: 5e-4, batch: 4, \(more)"
    let whole = try skillet.recipe(adapter + "train steps: 100, \(line), to: \"whole\"\n")
    #expect(whole.ending == .exited(0), whole.comment)
    let half = try skillet.recipe(adapter + "train steps: 50, \(line), to: \"half\"\n")
    #expect(half.ending == .exited(0), half.comment)
    #expect(try bytes("half") != bytes("whole"))
    let rest = try skillet.recipe(
      Self.data + "let rest = train resume: \"half\", steps: 100, to: \"rest\"\n"
        + "assert rest.steps == 50\n")
    #expect(rest.ending == .exited(0), rest.comment)
    #expect(try bytes("rest") == bytes("whole"))
  }

  @Test func `an interrupted recipe is resumed by another process to the same bytes`() throws {
    let line = "train steps: 600, lr: 1e-3, batch: 4, eval_every: 7, keep: best\n"
    let whole = try skillet.recipe(Self.adapter + line + "save \"whole\"\n")
    #expect(whole.ending == .exited(0), whole.comment)
    skillet.folder.write(Self.adapter + line + "save \"never\"\n", as: "long.recipe")
    let process = try skillet.start(["run", "--json", "long.recipe"])
    #expect(process.waitForOutput("\"verb\":\"train\",\"done\":20"))
    process.signal(SIGINT)
    let stopped = process.outcome()
    #expect(stopped.ending == .exited(130), stopped.comment)
    #expect(
      stopped.output.contains(#"train resume: \"interrupted-adapter\" goes on"#), stopped.comment)
    let rest = try skillet.recipe(
      Self.data + "train resume: \"interrupted-adapter\"\nsave \"rest\"\n")
    #expect(rest.ending == .exited(0), rest.comment)
    #expect(try bytes("rest") == bytes("whole"))
  }

  /// The folders in which trainings are kept for the case of a crash.
  private func keptTrainings() -> [String] {
    let parent = skillet.home.path + "/.skillet/recovery"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { !$0.hasSuffix(".lock") }.map { parent + "/" + $0 + "/training" }
  }

  @Test func `a training that is killed is found again, and goes on to the same bytes`() throws {
    var skillet = skillet
    skillet.environment["SKILLET_RECOVERY"] = "0.001"
    let line = "train steps: 600, lr: 1e-3, batch: 4\n"
    let whole = try skillet.recipe(Self.adapter + line + "save \"whole\"\n")
    #expect(whole.ending == .exited(0), whole.comment)
    #expect(keptTrainings().isEmpty, "a process that came to its end leaves nothing")
    skillet.folder.write(Self.adapter + line, as: "long.recipe")
    let process = try skillet.start(["run", "--json", "long.recipe"])
    #expect(process.waitForOutput("\"verb\":\"train\",\"done\":20"))
    let running = try skillet(input: ":recover\n")
    #expect(running.output.contains("no training was cut off"), "the process lives")
    process.signal(SIGKILL)
    #expect(process.outcome().ending == .killed(signal: SIGKILL))
    let kept = try #require(keptTrainings().first)
    let listed = try skillet(input: ":recover\n")
    #expect(
      listed.output.contains("rows.jsonl") && listed.output.contains("cut off"), listed.comment)
    let rest = try skillet.recipe(Self.data + "train resume: \"\(kept)\"\nsave \"rest\"\n")
    #expect(rest.ending == .exited(0), rest.comment)
    #expect(try bytes("rest") == bytes("whole"))
  }

  @Test func `a session that goes on from a folder leaves it as it is, and replays`() throws {
    let half = try skillet.recipe(
      Self.adapter + "train steps: 4, save_every: 2, to: \"half\", schedule: constant\n")
    #expect(half.ending == .exited(0), half.comment)
    let before = try skillet.folder.bytes(of: "half/" + Self.state)
    let session = try skillet(
      input: Self.data + "train resume: \"half\", steps: 7\nsave \"first\"\n:save mine\n")
    #expect(session.ending == .exited(0), session.comment)
    #expect(try skillet.folder.bytes(of: "half/" + Self.state) == before)
    let first = try bytes("first")
    #expect(try skillet("run", "mine.recipe").ending == .exited(0))
    #expect(try bytes("first") == first)
  }

  @Test func `a training of another model, format, split or dataset is refused`() throws {
    let half = try skillet.recipe(Self.adapter + "train steps: 2, to: \"half\"\n")
    #expect(half.ending == .exited(0), half.comment)
    for (lines, message) in [
      (Self.data + "quantize int8\n", "the training was one of tiny-llama"),
      (Self.data + "split valid: 3\n", "the training had other rows"),
      (Self.data + TinyRecipe.dataset, "the training had other rows"),
    ] {
      let outcome = try skillet.recipe(lines + "train resume: \"half\", steps: 4\n")
      #expect(outcome.ending == .exited(1), outcome.comment)
      #expect(outcome.errors.contains("error[E0429]: " + message), outcome.comment)
    }
  }

  @Test func `a folder without a training says what such folders are`() throws {
    let outcome = try skillet.recipe(Self.adapter + "save \"plain\"\ntrain resume: \"plain\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("error[E0426]: plain holds no training"), outcome.comment)
    #expect(outcome.errors.contains("load …, adapter: \"plain\""), outcome.comment)
  }

  @Test func `a damaged training is never gone on with`() throws {
    let half = try skillet.recipe(Self.adapter + "train steps: 2, to: \"half\"\n")
    #expect(half.ending == .exited(0), half.comment)
    let good = try skillet.folder.bytes(of: "half/" + Self.state)
    for place in [0, 20, good.count / 3, good.count / 2, good.count - 1] {
      var bytes = good
      bytes[place] ^= 0x55
      skillet.folder.write(bytes, as: "half/" + Self.state)
      let outcome = try skillet.recipe(Self.data + "train resume: \"half\", steps: 4\n")
      #expect(outcome.ending == .exited(66), outcome.comment)
      #expect(outcome.errors.contains("error[E0801]"), outcome.comment)
    }
    skillet.folder.write(Array(good.prefix(good.count / 2)), as: "half/" + Self.state)
    let outcome = try skillet.recipe(Self.data + "train resume: \"half\", steps: 4\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
  }

  @Test func `save takes the training away from a folder that gets another adapter`() throws {
    let outcome = try skillet.recipe(
      Self.adapter + """
        let run = train steps: 2, to: "way"
        let same = save "way"
        let more = train steps: 2
        let other = save "other"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(skillet.folder.has("way/" + Self.state))
    let again = try skillet.recipe(Self.adapter + "save \"way\"\n")
    #expect(again.ending == .exited(0), again.comment)
    #expect(!skillet.folder.has("way/" + Self.state))
  }
}
