import Foundation
import TestSupport
import Testing

/// The recipes that come with the repository.
@Suite struct ShippedRecipeTests {
  static let top = References.tests + "/.."

  /// Their paths from the folder of recipes.
  static let names =
    FileManager.default.subpaths(atPath: top + "/recipes")?
    .filter { $0.hasSuffix(".recipe") }.sorted() ?? []

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: Self.top + "/" + path)), as: UTF8.self)
  }

  @Test(arguments: names) func `has no mistakes and no warnings`(_ name: String) throws {
    let skillet = try SkilletRun()
    let path = "recipes/" + name
    skillet.folder.write(try text(path), as: path)
    let outcome = try skillet("check", "--text-only", path)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors == "\(path): no mistakes found\n")
  }

  @Test(arguments: names) func `is laid out as the formatter does`(_ name: String) throws {
    let skillet = try SkilletRun()
    let path = "recipes/" + name
    skillet.folder.write(try text(path), as: path)
    let outcome = try skillet("fmt", "--check", path)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `there are some`() {
    #expect(Self.names.contains("demo.recipe"))
    #expect(Self.names.contains("papers/lora-table-5.recipe"))
  }

  /// The demo with the default model, on a few rows and steps.
  @Test func `the demo runs from the first line to the last`() throws {
    let model = References.defaultModel
    let folder = String(model[..<(model.lastIndex(of: "/") ?? model.endIndex)])
    let skillet = try SkilletRun(["SKILLET_MODELS": folder])
    let rows = try text("examples/expenses/train.jsonl").split(separator: "\n").prefix(20)
    skillet.folder.write(
      rows.joined(separator: "\n") + "\n", as: "examples/expenses/train.jsonl")
    let demo = try text("recipes/demo.recipe")
    let short = demo.replacing("train epochs: 1", with: "train steps: 2")
      .replacing("max_tokens: 48", with: "max_tokens: 4")
      .replacing("tuned.perplexity < 0.5 * base", with: "tuned.perplexity < base")
    #expect(short != demo)
    skillet.folder.write(short, as: "recipes/demo.recipe")
    let outcome = try skillet("run", "recipes/demo.recipe")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let saved = skillet.folder.files.filter { $0.hasSuffix("adapter_model.safetensors") }
    #expect(saved == ["out/expenses/adapter_model.safetensors"], "\(skillet.folder.files)")
  }
}
