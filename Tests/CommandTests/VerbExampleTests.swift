import FoundationEssentials
import RecipeLanguage
import TestSupport
import Testing

/// Every example in a command's declaration works after a few usual lines.
@Suite struct VerbExampleTests {
  /// A folder like the repository's top, where the default model's name leads to the tiny one.
  private func checkout() throws -> SkilletRun {
    let skillet = try SkilletRun()
    let top = References.tests + "/.."
    for name in ["examples", "LICENSE"] {
      try FileManager.default.createSymbolicLink(
        atPath: skillet.folder.path + "/" + name, withDestinationPath: top + "/" + name)
    }
    skillet.folder.write("", as: "models/README")
    try FileManager.default.createSymbolicLink(
      atPath: skillet.folder.path + "/models/SmolLM2-135M-Instruct.Q4_1.gguf",
      withDestinationPath: TinyRecipe.model)
    return skillet
  }

  @Test(arguments: VerbCatalog.all.map(\.name)) func `runs`(_ name: String) throws {
    let verb = try #require(VerbCatalog.verb(named: name))
    #expect(!verb.examples.isEmpty)
    for example in verb.examples {
      let outcome = try checkout().recipe(
        TinyRecipe.adapter + "train steps: 2\n" + example + "\n")
      #expect(outcome.ending == .exited(0), "\(example): \(outcome.comment)")
      #expect(!outcome.errors.contains("warning["), "\(example): \(outcome.comment)")
    }
  }
}
