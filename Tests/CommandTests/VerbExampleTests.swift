import RecipeLanguage
import Sessions
import TestSupport
import Testing

/// Every example in a command's declaration works after a few usual lines.
@Suite struct VerbExampleTests {
  /// What an example needs beside them.
  private static let before = [
    "unload": "save \"out/default\"\n",
    "plot": "let runs = for r in [1, 2] { {rank: r, targets: \"all\", loss: 1 / r} }\nshow runs\n",
  ]

  @Test(arguments: VerbCatalog.standard.all.map(\.name)) func `the examples of a command run`(
    _ name: String
  ) throws {
    let verb = try #require(VerbCatalog.standard.verb(named: name))
    #expect(!verb.examples.isEmpty)
    for example in verb.examples {
      let outcome = try SkilletRun.checkout().recipe(
        TinyRecipe.adapter + "train steps: 2\n" + (Self.before[name] ?? "") + example + "\n")
      #expect(outcome.ending == .exited(0), "\(example): \(outcome.comment)")
      #expect(!outcome.errors.contains("warning["), "\(example): \(outcome.comment)")
    }
  }
}
