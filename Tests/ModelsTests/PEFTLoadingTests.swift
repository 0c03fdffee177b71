import Checkpoints
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// PEFT itself loads what Skillet saved and judges our logits, where SKILLET_PEERS_PYTHON names a
/// Python that has it; see References/README.md.
@Suite struct PEFTLoadingTests {
  static let python = ProcessInfo.processInfo.environment["SKILLET_PEERS_PYTHON"]

  static let configurations = [
    LoRAConfiguration(rank: 6, alpha: 9),
    LoRAConfiguration(
      rank: 5, alpha: 7.5, dropout: 0.1, targets: [.query, .key, .up], layers: [1, 2],
      isRankStabilized: true),
  ]

  @Test(
    .enabled(if: python != nil, "PEFT needs a Python of its own"), arguments: ["hf", "f32.gguf"],
    [0, 1])
  func peftGivesTheSameLogits(file: String, choice: Int) throws {
    let model = try LoadedModel(path: References.path("tiny-llama/\(file)")).decoder
    let adapter = TinyModel.adapter(Self.configurations[choice], model: model.description)
    let folder = TemporaryFolder()
    _ = try AdapterFolder(model: model.description, baseModel: "tiny-llama")
      .write(adapter, to: folder.path)
    let logits = folder.path + "/our_logits.safetensors"
    try write(logits, of: adapter, model)
    let check = Process()
    check.executableURL = URL(filePath: try #require(Self.python))
    check.arguments = [References.path("check_adapter.py"), folder.path, logits]
    check.standardError = FileHandle.nullDevice
    let output = Pipe()
    check.standardOutput = output
    try check.run()
    let printed = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    check.waitUntilExit()
    print(printed, terminator: "")
    #expect(check.terminationStatus == 0, "\(printed)")
    #expect(printed.contains("\"s33.logits\""))
  }

  private func write(_ path: String, of adapter: Adapter, _ model: DecoderModel) throws {
    let expected = try JSONValue(golden: "tiny-llama/expected.json")
    let compute = Compute(threadCount: 2, precision: .f32)
    var writer = SafetensorsWriter(file: path)
    for name in ["s7", "s33"] {
      let tokens = try expected.at("sequences", name).tokens()
      let rows = model.logitRows(tokens, adapter: adapter, with: compute)
      try writer.add(
        name + ".logits", shape: [tokens.count, model.description.sizes.vocabulary],
        values: rows.flatMap { $0 })
    }
    try writer.write()
  }
}
