import FoundationEssentials
import Glibc
import RecipeLanguage
import TestSupport
import Testing

/// The explain pages whose examples need a damaged model, or a key pressed in time.
@Suite struct RareErrorTests {
  /// A recipe's beginning with the tiny Hugging Face model, whose files `change` sees first.
  private func load(
    _ skillet: SkilletRun, _ change: (_ name: String, _ bytes: inout [UInt8]) -> Void
  ) throws -> String {
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      let path = References.path("tiny-llama/hf/" + name)
      var bytes = Array(try Data(contentsOf: URL(filePath: path)))
      change(name, &bytes)
      skillet.folder.write(bytes, as: "model/" + name)
    }
    return TinyRecipe.header + "load \"model\"\n"
  }

  @Test func `E0410 a model whose loss is no number is not trained`() throws {
    let skillet = try SkilletRun()
    let page = try #require(Explanation.of("E0410"))
    for isDamaged in [true, false] {
      let load = try load(skillet) { name, bytes in
        guard isDamaged, name == "model.safetensors" else { return }
        // The last norm's weights as 3e38: finite, but what they give is not.
        let norm = [[UInt8]](repeating: [0xE6, 0xB1, 0x61, 0x7F], count: 64).flatMap { $0 }
        bytes.replaceSubrange(bytes.count - norm.count..<bytes.count, with: norm)
      }
      let outcome = try skillet.recipe(
        load + TinyRecipe.dataset + "lora rank: 2\n" + (isDamaged ? page.wrong : page.right) + "\n")
      #expect(outcome.errors.contains("error[E0410]") == isDamaged, outcome.comment)
      #expect(outcome.ending == .exited(isDamaged ? 1 : 0), outcome.comment)
    }
  }

  @Test func `a model whose weights are no numbers is said to be so when it is loaded`() throws {
    let skillet = try SkilletRun()
    let load = try load(skillet) { name, bytes in
      guard name == "model.safetensors" else { return }
      bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
    }
    let outcome = try skillet.recipe(load)
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("\"model.norm.weight\" holds nan at place 63"), outcome.comment)
  }

  @Test func `E0416 a template that nobody knows is refused until it is left out`() throws {
    let skillet = try SkilletRun()
    let page = try #require(Explanation.of("E0416"))
    let load = try load(skillet) { name, bytes in
      guard name == "tokenizer_config.json" else { return }
      bytes = Array(#"{"chat_template": "{{ raise_exception('no') }}"}"#.utf8)
    }
    let wrong = try skillet.recipe(load + page.wrong + "\n")
    #expect(wrong.errors.contains("error[E0416]"), wrong.comment)
    let right = try skillet.recipe(load + page.right + "\n")
    #expect(right.ending == .exited(0), right.comment)
  }

  @Test func `E0901 a measurement that is interrupted has no value`() throws {
    let skillet = try SkilletRun()
    let row = "{\"text\": \"one two three four five six seven eight nine ten\"}\n"
    skillet.folder.write(String(repeating: row, count: 60_000), as: "long.jsonl")
    let page = try #require(Explanation.of("E0901"))
    skillet.folder.write(
      TinyRecipe.load + "dataset \"long.jsonl\"\nsplit valid: 99%\n" + page.wrong + "\n",
      as: "long.recipe")
    let process = try skillet.start(["run", "--json", "long.recipe"])
    #expect(process.waitForOutput("\"verb\":\"eval\",\"done\":"))
    process.signal(SIGINT)
    let outcome = process.outcome()
    #expect(outcome.ending == .exited(130), outcome.comment)
    #expect(outcome.output.contains("\"code\":\"E0901\""), outcome.comment)
    let whole = try skillet.recipe(TinyRecipe.data + page.right + "\n")
    #expect(whole.ending == .exited(0), whole.comment)
  }
}
