import FoundationEssentials
import TestSupport

extension SkilletRun {
  private static let top = References.tests + "/.."

  /// Runs in a folder like the repository's top, where the default model's name leads to the tiny one
  /// and the example has a few rows.
  static func checkout(_ environment: [String: String] = [:]) throws -> SkilletRun {
    let skillet = try SkilletRun(environment)
    let folder = skillet.folder
    folder.write(try text("LICENSE"), as: "LICENSE")
    let rows = try text("examples/expenses/train.jsonl").split(separator: "\n").prefix(24)
    folder.write(rows.map { $0 + "\n" }.joined(), as: "examples/expenses/train.jsonl")
    folder.write("", as: "models/README")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/models/SmolLM2-135M-Instruct.Q4_1.gguf",
      withDestinationPath: TinyRecipe.model)
    return skillet
  }

  /// A text file of the repository.
  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: top + "/" + path)), as: UTF8.self)
  }
}
