import Foundation
import TestSupport
import Testing

/// What `export` and `merge` write and leave.
@Suite struct ExportTests {
  private static let training = "lora rank: 4\ntrain steps: 8, lr: 1e-2\n"

  private func start(_ model: String) -> String {
    TinyRecipe.header + "seed 1\nload \"\(References.path(model))\", precision: f32\n"
      + TinyRecipe.dataset + "split valid: 1, test: 1, seed: 5\n"
  }

  /// The values of a recipe's verbs of one name.
  private func values(_ verb: String, _ outcome: ChildProcess.Outcome) throws -> [[String: Any]] {
    try outcome.output.split(separator: "\n").filter {
      $0.hasPrefix("{\"event\":\"value\"") && $0.contains("\"verb\":\"\(verb)\"")
    }.map {
      let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return try #require(object?["value"] as? [String: Any])
    }
  }

  private func losses(_ outcome: ChildProcess.Outcome) throws -> [Double] {
    try values("eval", outcome).map { try #require($0["loss"] as? Double) }
  }

  @Test(arguments: [
    ("tiny-llama/q8_0.gguf", "export \"out/model.gguf\", type: f32", "out/model.gguf"),
    ("tiny-llama/q8_0.gguf", "export \"out/model\", type: f32", "out/model"),
    ("families/gpt_neox/f32.gguf", "export \"out/model\"", "out/model"),
    ("tiny-llama/hf", "export \"out/model.gguf\"", "out/model.gguf"),
    ("tiny-llama/hf", "export \"out/model\"", "out/model"),
    ("families/qwen2/hf", "export \"out/model\", type: f32", "out/model"),
  ])
  func `a model that was written evaluates as the one with the adapter did`(
    _ model: String, _ export: String, _ path: String
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start(model) + "eval\n" + Self.training + "eval\n" + export + "\n", "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let before = try losses(outcome)
    try #require(before.count == 2)
    #expect(abs(before[0] - before[1]) > 1e-3, "training changed nothing")
    let value = try #require(try values("export", outcome).first)
    #expect(value["adapter"] as? String == "default")
    #expect(try #require(value["difference"] as? Double) < 1e-3)
    #expect(try #require(value["read_back"] as? Double) < 1e-3)
    let again = try skillet.recipe(
      TinyRecipe.header + "load \"\(path)\", precision: f32\n" + TinyRecipe.dataset
        + "split valid: 1, test: 1, seed: 5\neval\n", "--json")
    #expect(again.ending == .exited(0), again.comment)
    let after = try losses(again)
    #expect(abs(after[0] - before[1]) <= 1e-5 * before[1])
  }

  @Test func `a type of llama.cpp's gives each matrix its format, and says where rows had another`()
    throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf") + Self.training
        + "let m = export \"out/m.gguf\", type: q4_k_m\nassert m.embedding == q5_0\n"
        + "assert m.rms_error > 1e-5 and m.read_back < 1e-3\n"
        + "let k = export \"out/k.gguf\", type: q4_k_m, embedding: keep\n"
        + "assert k.embedding == f32\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.errors.contains("rows of 64 and 192 weights are no multiple of 256"), outcome.comment)
    #expect(outcome.errors.contains("written in q5_0 in place of q4_k"), outcome.comment)
  }

  @Test func `a type that llama.cpp makes only with a matrix of importance is refused for that`()
    throws
  {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.load + "export \"out/m.gguf\", type: iq3_xs\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(
      outcome.errors.contains(
        "cannot be `iq3_xs`: llama.cpp makes it only with a matrix of importance"), outcome.comment)
    #expect(outcome.errors.contains("did you mean `iq3_s`"), outcome.comment)
  }

  @Test func `an adapter is folded into K-quants and keeps them`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.header + "seed 1\nload \"\(References.path("block_formats/mixed.gguf"))\"\n"
        + TinyRecipe.dataset
        + "lora rank: 2, targets: all_linear, layers: [0]\ntrain steps: 2, lr: 1e-2\n"
        + "let written = export \"out/m.gguf\"\nassert written.rms_error > 0\n"
        + "let merged = merge\nassert merged.layers == 7\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `Ollama's file names the model, its turns and its ends`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.load + "export \"out/model.gguf\", as: ollama, type: q4_0\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let text = String(decoding: try skillet.folder.bytes(of: "out/Modelfile"), as: UTF8.self)
    #expect(text.hasPrefix("FROM ./model.gguf\nTEMPLATE \"\"\""))
    #expect(text.contains("<|im_start|>user\n{{ .Content }}<|im_end|>\n{{ else if"))
    #expect(text.contains("PARAMETER stop \"<|im_end|>\"\n"))
  }

  @Test(arguments: [
    ("quantize nf4\nexport \"out/m.gguf\"", "is kept as nf4, which GGUF files do not have"),
    ("export \"out/folder\"", "is kept as q8_0, which safetensors does not have"),
    ("export \"out/m.bin\"", "does not say what to write"),
    ("export \"out/m\", as: gguf", "ends in .gguf"),
    ("export \"out/m\", type: q8_0", "safetensors does not have q8_0"),
    ("export \"out/m\", type: q4_k_m", "safetensors does not have q4_k_m"),
    ("export \"out/m.gguf\", type: q8_0, embedding: q6_k", "q6_k needs rows of a multiple of 256"),
    ("export \"out/train.py\"", "no adapter whose training"),
    ("lora rank: 2\nexport \"out/train.yaml\"", "axolotl has no reader of a base in a GGUF file"),
    ("merge", "adapter"),
  ])
  func `what cannot be said is refused by name, and nothing is written`(
    _ line: String, _ reason: String
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(TinyRecipe.load + TinyRecipe.dataset + line + "\n")
    #expect(outcome.ending != .exited(0) && outcome.ending != .exited(70), outcome.comment)
    #expect(outcome.errors.contains(reason), outcome.comment)
    #expect(!skillet.folder.has("out"))
  }

  @Test func `a merged base predicts as the adapter on did, and keeps other adapters away`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf") + "let bare = eval\n" + Self.training
        + "save \"before\"\nlet on = eval\n"
        + "let cost = merge\nlet merged = eval\nlora name: \"second\"\ntrain steps: 4, lr: 1e-2\n"
        + "save \"after\"\nquantize keep\nuse base\nlet back = eval\n"
        + "assert abs(merged.loss - on.loss) < 1e-4\nassert abs(back.loss - bare.loss) < 1e-6\n"
        + "assert abs(on.loss - bare.loss) > 1e-3\nassert cost.kl < 1e-6\nassert cost.measured_on == \"valid\"\n"
    )
    #expect(outcome.ending == .exited(0), outcome.comment)
    let refused = try skillet.recipe(
      start("tiny-llama/hf") + Self.training + "merge\nuse \"default\"\n")
    #expect(refused.ending == .exited(1), refused.comment)
    #expect(refused.errors.contains("E0442"), refused.comment)
    let foreign = try skillet.recipe(
      TinyRecipe.header + "load \"\(References.path("tiny-llama/hf"))\", adapter: \"after\"\n")
    #expect(foreign.ending == .exited(66), foreign.comment)
    #expect(foreign.errors.contains("made on another base"), foreign.comment)
  }

  @Test(arguments: ["q4_0", "nf4", "int8"])
  func `merging into few bits says what it loses`(_ scheme: String) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf") + Self.training + "merge to: \(scheme)\n", "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let value = try #require(try values("merge", outcome).first)
    #expect(try #require(value["rms_error"] as? Double) > 1e-4)
    #expect(try #require(value["kl"] as? Double) > 1e-7)
  }

  @Test
  func `a format that holds too little of the adapter is told, with the way to one that does`()
    throws
  {
    let skillet = try SkilletRun()
    let rows = (1...24).map { "{\"prompt\": \"row \($0)\", \"completion\": \"\($0 * $0)\"}\n" }
    skillet.folder.write(rows.joined(), as: "rows.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.header
        + "load \"\(TinyRecipe.model)\", precision: f32\ndataset \"rows.jsonl\"\nsplit valid: 4\n"
        + "lora rank: 4, alpha: 8\ntrain steps: 200, lr: 1e-2\nlet few = merge to: q4_0\n"
        + "quantize keep\nuse \"default\"\nlet whole = merge to: f32\n"
        + "assert few.kl > 0.05 and whole.kl < 1e-6\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let told = outcome.errors.components(separatedBy: "too little of what was learnt").count - 1
    #expect(told == 1, outcome.comment)
  }

  @Test func `what PEFT trains beside the layers goes along, as far as the trainers take it`()
    throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf")
        + "lora rank: 2, targets: [q_proj], modules_to_save: [\"lm_head\", \"model.norm\"]\n"
        + "export \"saved/train.py\"\nexport \"saved/train.yaml\"\n"
        + "lora rank: 2, targets: [q_proj], trainable_token_indices: [7, 5]\nexport \"tokens/train.py\"\n"
        + "lora rank: 2, targets: [q_proj, lm_head]\nexport \"out/train.yaml\"\nexport \"out/train.py\"\n"
    )
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("refuses an adapter beside it"), outcome.comment)
    #expect(!skillet.folder.has("out/train.py"))
    let script = skillet.folder.text("saved/train.py")
    #expect(script.contains("modules_to_save=[\"model.norm\", \"lm_head\"]"), "\(script)")
    let yaml = skillet.folder.text("saved/train.yaml")
    #expect(yaml.contains("lora_modules_to_save: [\"model.norm\",\"lm_head\"]"), "\(yaml)")
    #expect(skillet.folder.text("tokens/train.py").contains("trainable_token_indices=[7, 5]"))
    let tied = try skillet.recipe(
      start("tiny-llama-tied/hf")
        + "lora rank: 2, targets: [q_proj], modules_to_save: [\"lm_head\"], ensure_weight_tying: true\n"
        + "export \"tied/train.py\"\nlora rank: 2, trainable_token_indices: [5]\nexport \"out/train.py\"\n"
    )
    #expect(tied.errors.contains("fails on rows of tokens"), tied.comment)
    #expect(skillet.folder.text("tied/train.py").contains("ensure_weight_tying=True"))
  }

  @Test(arguments: [
    ("quantize fp4, double: false", "", ["\"fp4\",\"bnb_4bit_use_double_quant\": false"]),
    ("quantize int4", "", ["#   The base was in int4", "load_in_4bit: false"]),
    (
      "", ", eval_every: 2, keep: best",
      ["eval_steps: 2\nsave_steps: 2\nload_best_model_at_end: true\n"]
    ),
    (
      "", ", eval_every: 2, patience: 3",
      ["save_steps: 2\n", "early_stopping_patience: 3", "keeps the adapter of the best evaluation"]
    ),
    ("", ", warmup: 1", ["#   Axolotl makes two steps of a warm-up of one."]),
  ])
  func `Axolotl is told what it needs, and what it does otherwise is said`(
    quantize: String, arguments: String, parts: [String]
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf") + quantize + "\nlora rank: 2\ntrain steps: 4\(arguments)\n"
        + "export \"run.yaml\"\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let yaml = skillet.folder.text("run.yaml")
    for part in parts { #expect(yaml.contains(part), "\(part)\n\(yaml)") }
  }

  @Test func `a training is written as a script and its rows`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      start("tiny-llama/hf")
        + "quantize nf4\nlora rank: 2, targets: [q_proj, v_proj], rslora: true\n"
        + "train epochs: 2, lr: 1e-3, batch: 1, eval_every: 1\nexport \"out/train.py\"\n"
        + "export \"out/run.yaml\"\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let script = String(decoding: try skillet.folder.bytes(of: "out/train.py"), as: UTF8.self)
    for line in [
      "bnb_4bit_quant_type=\"nf4\"", "r=2", "use_rslora=True",
      "target_modules=[\"q_proj\", \"v_proj\"]",
      "max_steps=4", "learning_rate=0.001", "eval_steps=1",
      "train_sampling_strategy=\"sequential\"",
    ] {
      #expect(script.contains(line), "\(line)\n\(script)")
    }
    let rows = String(
      decoding: try skillet.folder.bytes(of: "out/train.train.jsonl"), as: UTF8.self)
    #expect(rows.split(separator: "\n").count == 2)
    #expect(rows.contains("\"label\":true") && rows.contains("<|im_end|>"))
    let yaml = String(decoding: try skillet.folder.bytes(of: "out/run.yaml"), as: UTF8.self)
    #expect(yaml.contains("adapter: \"qlora\"\n") && yaml.contains("lora_r: 2\n"))
    let bits = "{\"bnb_4bit_quant_type\": \"nf4\",\"bnb_4bit_use_double_quant\": true}"
    #expect(yaml.contains("bnb_config_kwargs: \(bits)\n"), "\(yaml)")
    #expect(skillet.folder.has("out/run.valid.jsonl"))
  }
}
