import Files
import Glibc
import Tensors
import TestSupport
import Testing

/// Adapters, runs and folders remember the base that they were made on, and the rows that they have seen.
@Suite struct AdapterBaseTests {
  private static let weights = "adapter_model.safetensors"
  private static let huggingFace = References.path("tiny-llama/hf")
  private static let train = "lora rank: 2, targets: [q_proj, v_proj]\ntrain steps: 2, lr: 1e-2\n"

  private func data(_ model: String) -> String {
    TinyRecipe.data.replacing(TinyRecipe.model, with: model)
  }

  @Test func `the best of a loop over two bases is saved with its own base`() throws {
    let skillet = try SkilletRun()
    for (name, model) in [("gguf", TinyRecipe.model), ("hf", Self.huggingFace)] {
      let alone = try skillet.recipe(data(model) + Self.train + "save \"\(name)\"\n")
      #expect(alone.ending == .exited(0), alone.comment)
    }
    let loop = """
      let runs = for model in ["\(TinyRecipe.model)", "\(Self.huggingFace)"] {
        load model
        \(TinyRecipe.dataset)
        split valid: 1, test: 1
        lora rank: 2, targets: [q_proj, v_proj]
        train steps: 2, lr: 1e-2
        eval on: train
      }
      let first = runs[0]
      let second = runs[1]
      save first, to: "first"
      save second, to: "second"

      """
    for rest in ["", "load \"\(Self.huggingFace)\"\n", "load \"\(TinyRecipe.model)\"\n"] {
      let text =
        TinyRecipe.header + "seed 1\n"
        + loop.replacing("let first", with: rest + "let first")
      let outcome = try skillet.recipe(text)
      #expect(outcome.ending == .exited(0), outcome.comment)
      for (name, alone) in [("first", "gguf"), ("second", "hf")] {
        #expect(
          try skillet.folder.bytes(of: "\(name)/\(Self.weights)")
            == skillet.folder.bytes(of: "\(alone)/\(Self.weights)"), "\(name) after ‘\(rest)’")
      }
    }
  }

  @Test func `an adapter is refused by another base, with both named`() throws {
    let skillet = try SkilletRun()
    let saved = try skillet.recipe(TinyRecipe.data + Self.train + "save \"out\"\n")
    #expect(saved.ending == .exited(0), saved.comment)
    // one bit in the middle of a matrix of the same file
    var bytes = try MappedFile(path: TinyRecipe.model).contents()
    bytes[bytes.count / 2] ^= 1
    let flipped = skillet.folder.write(bytes, as: "flipped.gguf")
    for model in [flipped, Self.huggingFace] {
      let load = TinyRecipe.header + "load \"\(model)\", adapter: \"out\"\n"
      let outcome = try skillet.recipe(load)
      #expect(outcome.ending == .exited(66), outcome.comment)
      #expect(
        outcome.errors.contains("the adapter was made on another base: tiny-llama"), outcome.comment
      )
      #expect(outcome.errors.contains("this model is "), outcome.comment)
    }
    unlink(skillet.folder.path + "/out/skillet.json")
    let plain = try skillet.recipe(
      TinyRecipe.header + "load \"\(Self.huggingFace)\", adapter: \"out\"\n")
    #expect(plain.ending == .exited(0), plain.comment)
  }

  @Test func `a training of a file with one other bit is not gone on with`() throws {
    let skillet = try SkilletRun()
    let half = try skillet.recipe(TinyRecipe.adapter + "train steps: 2, to: \"half\"\n")
    #expect(half.ending == .exited(0), half.comment)
    let good = try MappedFile(path: TinyRecipe.model).contents()
    for part in 1..<12 {
      var bytes = good
      bytes[bytes.count - bytes.count * part / 16] ^= 4
      skillet.folder.write(bytes, as: "flipped.gguf")
      let outcome = try skillet.recipe(
        data("flipped.gguf") + "train resume: \"half\", steps: 4\n")
      #expect(outcome.ending == .exited(1), outcome.comment)
      #expect(outcome.errors.contains("the training was one of tiny-llama"), outcome.comment)
    }
  }

  @Test func `another quantization of the same base is told, not refused`() throws {
    let skillet = try SkilletRun()
    let saved = try skillet.recipe(
      TinyRecipe.data + "quantize nf4\n" + Self.train + "save \"out\"\n")
    #expect(saved.ending == .exited(0), saved.comment)
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(TinyRecipe.model)\", adapter: \"out\"\nquantize int8\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("trained on tiny-llama in nf4"), outcome.comment)
    #expect(outcome.errors.contains("trained on the model in nf4"), outcome.comment)
  }

  @Test func `rows that were trained on are known after another split, and in another process`()
    throws
  {
    let skillet = try SkilletRun()
    let first = try skillet.recipe(
      TinyRecipe.load + TinyRecipe.dataset + "split valid: 1, seed: 1\n"
        + "lora rank: 2\ntrain epochs: 1, batch: 1\nlet clean = eval\nassert clean.seen == 0\n"
        + "save \"out\"\nsplit train: 1, valid: 3\nlet leaked = eval\nassert leaked.seen >= 2\n")
    #expect(first.ending == .exited(0), first.comment)
    #expect(first.errors.contains("of these 3 rows are rows that the adapter was trained on"))
    let second = try skillet.recipe(
      TinyRecipe.header + "load \"\(TinyRecipe.model)\", adapter: \"out\"\n" + TinyRecipe.dataset
        + "let whole = eval on: train\nassert whole.seen == 3\nuse base\n"
        + "let bare = eval on: train\nassert bare.seen == 0\n")
    #expect(second.ending == .exited(0), second.comment)
    #expect(second.errors.contains("3 of these 4 rows are rows that the adapter was trained on"))
  }

  @Test(arguments: [
    "{", "[]", #"{"format": "skillet adapter 9"}"#, #"{"format": "skillet adapter 1"}"#,
    #"{"format": "skillet adapter 1", "base": {"name": 1}}"#,
  ])
  func `a card that says something else is refused by name`(_ text: String) throws {
    let skillet = try SkilletRun()
    let saved = try skillet.recipe(TinyRecipe.adapter + "save \"out\"\n")
    #expect(saved.ending == .exited(0), saved.comment)
    skillet.folder.write(text, as: "out/skillet.json")
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(TinyRecipe.model)\", adapter: \"out\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("out/skillet.json"), outcome.comment)
  }
}
