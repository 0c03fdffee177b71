import Checkpoints
import Files
import TestSupport
import Testing

/// An adapter as llama.cpp, mlx-lm and PEFT read it.
@Suite struct AdapterFormatTests {
  private func save(_ skillet: SkilletRun, _ model: String, _ lines: String) throws {
    let outcome = try skillet.recipe(
      TinyRecipe.header + "seed 1\nload \"\(References.path(model))\", precision: f32\n"
        + TinyRecipe.dataset + "lora rank: 4, alpha: 8, rslora: true\ntrain steps: 4, lr: 1e-2\n"
        + lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  private func floats(_ entry: TensorEntry) -> [Float] {
    withExtendedLifetime(entry.owner) {
      stride(from: 0, to: entry.bytes.count, by: 4).map {
        Float(bitPattern: entry.bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }

  @Test func `llama.cpp's file has the scale that PEFT's means, and rows in GGUF's order`() throws {
    let skillet = try SkilletRun()
    try save(
      skillet, "tiny-llama/hf",
      "save \"out\", format: gguf\nsave \"peft\"\nsave \"x/y.gguf\", format: gguf\n")
    let file = try GGUFFile(path: skillet.folder.path + "/out/adapter.gguf")
    #expect(skillet.folder.has("x/y.gguf"))
    #expect(try file.metadata.text("general.type") == "adapter")
    #expect(try file.metadata.text("general.architecture") == "llama")
    // alpha / √4 · 4
    #expect(try file.metadata.number("adapter.lora.alpha") == 16)
    let peft = try SafetensorsFile(path: skillet.folder.path + "/peft/adapter_model.safetensors")
    let prefix = "base_model.model.model.layers.1.self_attn.q_proj.lora_"
    let a = floats(try file.tensors.entry("blk.1.attn_q.weight.lora_a", file: ""))
    #expect(a == floats(try peft.tensors.entry(prefix + "A.weight", file: "")))
    let b = floats(try file.tensors.entry("blk.1.attn_q.weight.lora_b", file: ""))
    let theirs = floats(try peft.tensors.entry(prefix + "B.weight", file: ""))
    // a head has 16 elements; GGUF's element 2i + j of it is Hugging Face's j·8 + i
    for row in 0..<64 {
      let (head, place) = row.quotientAndRemainder(dividingBy: 16)
      let source = head * 16 + place % 2 * 8 + place / 2
      #expect(b[row * 4..<row * 4 + 4] == theirs[source * 4..<source * 4 + 4])
    }
    let down = floats(try file.tensors.entry("blk.1.ffn_down.weight.lora_b", file: ""))
    #expect(
      down
        == floats(
          try peft.tensors.entry(
            "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight", file: "")))
  }

  @Test func `mlx-lm's folder has PEFT's matrices transposed and the scale`() throws {
    let skillet = try SkilletRun()
    try save(skillet, "tiny-llama/q8_0.gguf", "save \"out\", format: mlx\nsave \"peft\"\n")
    let mlx = try SafetensorsFile(path: skillet.folder.path + "/out/adapters.safetensors")
    let peft = try SafetensorsFile(path: skillet.folder.path + "/peft/adapter_model.safetensors")
    #expect(mlx.tensors.entries.count == peft.tensors.entries.count)
    for (ours, theirs) in [("lora_a", "lora_A"), ("lora_b", "lora_B")] {
      let path = "model.layers.2.self_attn.k_proj."
      let entry = try mlx.tensors.entry(path + ours, file: "")
      let other = try peft.tensors.entry("base_model.model." + path + theirs + ".weight", file: "")
      #expect(entry.shape == other.shape.reversed())
      let (x, y) = (floats(entry), floats(other))
      for row in 0..<entry.shape[0] {
        for column in 0..<entry.shape[1] {
          #expect(x[row * entry.shape[1] + column] == y[column * entry.shape[0] + row])
        }
      }
    }
    let config = try JSONValue(file: skillet.folder.path + "/out/adapter_config.json")
    #expect(config["lora_parameters"]?["scale"]?.double == 4)
    #expect(config["num_layers"]?.int == 3)
    #expect(config["lora_parameters"]?["keys"]?.array?.contains("self_attn.k_proj") == true)
  }

  @Test func `a card has all lines that trained the adapter`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.adapter + """
        let a = train steps: 4, until: 2, lr: 1e-2
        train resume: a, lr: 1e-3
        train steps: 1
        save "out"
        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let card = String(decoding: try skillet.folder.bytes(of: "out/README.md"), as: UTF8.self)
    #expect(
      card.contains(
        """
        let a = train steps: 4, lr: 0.01, until: 2
        train lr: 0.001, resume: a
        train steps: 1
        """), "\(card)")
    // at the prompt a training needs no name, and its card has the one that `:save` gives it
    let lines = TinyRecipe.adapter + "train steps: 4, until: 2\ntrain resume: _\nsave \"typed\"\n"
    #expect(try skillet(input: lines + ":save typed\n").ending == .exited(0))
    let typed = skillet.folder.text("typed/README.md")
    let stages = try #require(
      typed.firstMatch(of: /let (value\d+) = train steps: 4, until: 2\ntrain resume: (value\d+)\n/))
    #expect(stages.1 == stages.2, "\(typed)")
    #expect(skillet.folder.text("typed.recipe").contains("let \(stages.1) = train steps: 4"))
  }

  @Test func `PEFT's folder names a base that can be loaded, and has a card and a tokenizer`()
    throws
  {
    let skillet = try SkilletRun()
    try save(skillet, "tiny-llama/hf", "save \"out\"\n")
    let config = try JSONValue(file: skillet.folder.path + "/out/adapter_config.json")
    #expect(config["base_model_name_or_path"]?.string == References.path("tiny-llama/hf"))
    #expect(skillet.folder.has("out/tokenizer.json"))
    let card = String(decoding: try skillet.folder.bytes(of: "out/README.md"), as: UTF8.self)
    #expect(card.hasPrefix("---\nbase_model: \""))
    #expect(card.contains("library_name: peft\n") && card.contains("train steps: 4, lr: 0.01"))
    skillet.folder.write("my own words", as: "out/README.md")
    try save(skillet, "tiny-llama/hf", "save \"out\"\n")
    #expect(try skillet.folder.bytes(of: "out/README.md") == Array("my own words".utf8))
  }

  @Test(arguments: [
    ("families/gptj/hf", "gguf", "GGUF has no family"), ("families/gpt2/hf", "mlx", "mlx-lm calls"),
  ])
  func `a family that the format does not have is refused by name`(
    _ model: String, _ format: String, _ reason: String
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(References.path(model))\"\nlora rank: 2\n"
        + "save \"out\", format: \(format)\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains(reason), outcome.comment)
    #expect(!skillet.folder.has("out"))
  }
}
