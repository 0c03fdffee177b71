import FoundationEssentials
import TestSupport
import Testing

/// What is longer than the model's context, which holds 256 tokens here, is refused or told: past it
/// positions mean nothing to the model.
@Suite struct ContextLimitTests {
  private static let long = String(repeating: "seven eight nine ", count: 200)

  private func skillet() throws -> SkilletRun {
    let skillet = try SkilletRun()
    skillet.folder.write("{\"text\": \"\(Self.long)\"}\n", as: "long.jsonl")
    skillet.folder.write(Self.long, as: "long.txt")
    return skillet
  }

  @Test(arguments: [
    ("dataset \"long.jsonl\", max_length: 257", "max_length"),
    ("perplexity \"long.txt\", context: 1024", "context"),
  ])
  func `E0415 a length beyond the context is refused where it is stated`(
    statement: String, argument: String
  ) throws {
    let outcome = try skillet().recipe(TinyRecipe.load + statement + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0415]: \(argument) is "), outcome.comment)
    #expect(outcome.errors.contains("help: write \(argument): 256 or less"), outcome.comment)
  }

  @Test func `a default beyond the context becomes the context, and that is said`() throws {
    let outcome = try skillet().recipe(
      TinyRecipe.load + """
        let data = dataset "long.jsonl"
        assert data.longest == 256
        assert data.truncated == 0 and data.rows == 11, "a long text is read in pieces"
        eval on: train
        let whole = perplexity "long.txt"
        let stated = perplexity "long.txt", context: 256
        assert whole.perplexity == stated.perplexity

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("rows end at 256 tokens"), outcome.comment)
    #expect(outcome.errors.contains("windows have 256 tokens"), outcome.comment)
  }

  @Test func `rows that the context holds are not spoken of`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.load + TinyRecipe.dataset)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(!outcome.errors.contains("context"), outcome.comment)
  }

  @Test func `a dataset that another model's context does not hold is cut again`() throws {
    let skillet = try skillet()
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      let path = References.path("tiny-llama/hf/" + name)
      var bytes = Array(try Data(contentsOf: URL(filePath: path)))
      if name == "config.json" {
        let place = try #require(bytes.firstRange(of: Array("embeddings\": 256".utf8)))
        bytes.replaceSubrange(place, with: Array("embeddings\": 32".utf8))
      }
      skillet.folder.write(bytes, as: "short/" + name)
    }
    let outcome = try skillet.recipe(
      TinyRecipe.load + "dataset \"long.jsonl\"\nload \"short\"\nlet after = eval on: train\n"
        + "assert after.tokens > 31\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("rows end at 32 tokens"), outcome.comment)
  }
}
