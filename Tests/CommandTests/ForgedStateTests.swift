import Checkpoints
import Files
import TestSupport
import Testing

/// Files of trainings whose digest is right and whose contents no training wrote.
@Suite struct ForgedStateTests {
  private static let state = "half/training_state.safetensors"
  private let skillet: SkilletRun

  init() throws {
    skillet = try SkilletRun()
    let half = try skillet.recipe(
      TinyRecipe.adapter + "train steps: 2, lr: 1e-3, eval_every: 1, keep: best, to: \"half\"\n")
    #expect(half.ending == .exited(0), half.comment)
  }

  /// Writes the file again with other notes or tensors, and its digest.
  private func forge(
    _ changes: [String: String], without dropped: Set<String> = [],
    tensors change: (String, [UInt8]) -> [UInt8] = { $1 }
  ) throws {
    let file = try SafetensorsFile(path: skillet.folder.path + "/" + Self.state)
    var notes = file.metadata.merging(changes) { $1 }
      .filter { !dropped.contains($0.key) }
    let entries = file.tensors.entries.map {
      (
        name: $0.name, type: $0.elementType, shape: $0.shape,
        bytes: change($0.name, Array($0.bytes))
      )
    }.sorted { $0.name < $1.name }
    var signed = entries.flatMap { Array($0.name.utf8) + $0.bytes }
    for key in notes.keys.sorted() where key != "sha256" {
      signed += Array("\(key)=\(notes[key] ?? "");".utf8)
    }
    notes["sha256"] = FileDigest.sha256(signed)
    var writer = SafetensorsWriter(
      file: skillet.folder.path + "/" + Self.state, metadata: notes)
    for entry in entries {
      try writer.add(entry.name, entry.type, shape: entry.shape, bytes: entry.bytes)
    }
    try writer.write()
  }

  /// The record of what a training was given, forged.
  private static func arguments(_ values: String) -> [String: String] {
    ["arguments": "{\"version\": 1, \"values\": {\(values)}}"]
  }

  private func resume(_ more: String = ", steps: 4") throws -> ChildProcess.Outcome {
    try skillet.recipe(TinyRecipe.data + "train resume: \"half\"\(more)\n")
  }

  @Test func `a file that is written again as it was is gone on with`() throws {
    try forge([:])
    let outcome = try resume()
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    arguments(#""to": {"string": "elsewhere"}"#), arguments(#""to": {"word": "elsewhere"}"#),
    arguments(#""save_every": {"int": 1}"#), arguments(#""resume": {"word": "half"}"#),
    arguments(#""depth": {"int": 1}"#), arguments(#""steps": {"int": -1}"#),
    arguments(#""steps": {"float": 4}"#), arguments(#""steps": {"int": 4, "float": 4}"#),
    arguments(#""steps": 4"#), arguments(#""steps": {}"#), arguments(#""steps": {"int": 1e30}"#),
    arguments(#""lr": {"string": "1"}"#), arguments(#""schedule": {"word": "steep"}"#),
    arguments(#""steps": {"int": 4}, "epochs": {"float": 1}"#),
    ["arguments": #"{"version": 2, "values": {}}"#], ["arguments": #"{"version": 1}"#],
    ["arguments": "train steps: 4"], ["arguments": "[]"], ["arguments": ""],
    ["steps_before": "9223372036854775807"], ["steps_before": "-1"], ["steps_before": "many"],
    ["seed": "-1"], ["seed": ""], ["steps": "3"], ["steps": "9223372036854775807"],
    ["adapter": "base"], ["adapter": ""], ["adapter": "a\u{1B}]52;c;b"],
    ["configuration": "{}"], ["configuration": "["], ["format": "skillet training state 9"],
    ["best_step": "7"], ["best_loss": "-1"],
  ])
  func `what no training writes is refused by name, and nothing is written`(
    _ changes: [String: String]
  ) throws {
    try forge(changes)
    let outcome = try resume()
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(
      outcome.errors.contains("error[E0801]: half/training_state.safetensors"), outcome.comment)
    #expect(!skillet.folder.has("elsewhere"))
  }

  /// What went before the record: the line that began the training.
  @Test func `a training that an earlier version wrote is refused as such`() throws {
    try forge(["command": "train steps: 2, lr: 1e-3"], without: ["arguments"])
    let outcome = try resume()
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("written by an earlier version"), outcome.comment)
  }

  @Test(arguments: ["parameters", "first_moment", "second_moment", "best_parameters", "losses"])
  func `numbers that are not finite are refused`(_ name: String) throws {
    try forge([:]) { tensor, bytes in
      tensor == name ? bytes.dropLast(2) + [0xF8, 0x7F] : bytes
    }
    let outcome = try resume()
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("its \(name)"), outcome.comment)
  }

  @Test func `another adapter's configuration is refused`() throws {
    let file = try SafetensorsFile(path: skillet.folder.path + "/" + Self.state)
    let text = try #require(file.metadata["configuration"])
    for rank in ["3", "65536", "0", "9223372036854775807"] {
      try forge(["configuration": text.replacing("\"r\":2", with: "\"r\":\(rank)")])
      let outcome = try resume()
      #expect(outcome.ending == .exited(66), outcome.comment)
      #expect(outcome.errors.contains("training_state.safetensors"), outcome.comment)
    }
  }
}
