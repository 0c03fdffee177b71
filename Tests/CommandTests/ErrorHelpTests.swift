import FoundationEssentials
import TestSupport
import Testing

/// What a person who slips is told, through the command.
@Suite struct ErrorHelpTests {
  @Test(arguments: [
    ("lod \"x\"", "did you mean `load`"), ("lora rnk: 8", "did you mean `rank`"),
    ("quantize nff4", "did you mean `nf4`"), ("{loss: 1}.los", "did you mean `loss`"),
    ("abz(1)", "did you mean `abs`"), (":hlep", "did you mean `:help`"),
    ("dataset \"row.jsonl\"", "did you mean rows.jsonl?"),
    ("quantize 8", "did you mean `int8`?"), ("lora targets: [q]", "did you mean `q_proj`?"),
  ])
  func `a slip gets the nearest command, argument, word, field, function or file`(
    _ line: String, question: String
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write("{\"text\": \"a\"}\n", as: "rows.jsonl")
    let outcome = try skillet(input: "load \"\(TinyRecipe.model)\"\n\(line)\n")
    #expect(outcome.errors.contains(question), outcome.comment)
  }

  @Test(arguments: [
    ("inspect next \"x\"", "put a comma between them: `inspect next, \"x\"`"),
    ("judge [int8, nf4]", "write `judge formats: [int8, nf4]`"),
    ("eval valid", "write `eval on: valid`"),
    ("head rows.jsonl", "write `head file: \"rows.jsonl\"`"),
    ("answers n: 4", "it is called `rows` here"), ("head rows: 5", "it is called `count` here"),
    ("load adapter: \"x\"", "for example load \"smollm2\", adapter: \"x\""),
    ("split test_size: 20%", "it is called `test` here"),
    ("split val_size: 20%", "it is called `valid` here"),
    ("train --epochs 3 --learning_rate=1e-3", "write `train epochs: 3, lr: 1e-3`"),
    ("perplexity \"one line\"", "a text itself stands in a block"),
    ("lora rank: 2, name: \"wide\"\nuse base\nmerge", "use \"wide\""),
  ])
  func `the line is shown as it is to be written`(_ line: String, help: String) throws {
    let outcome = try SkilletRun()(input: "load \"\(TinyRecipe.model)\"\n\(line)\n")
    #expect(outcome.errors.contains(help), outcome.comment)
  }

  @Test(arguments: [
    ("columns: {prompt: \"x\", completion: \"a\"}", 27),
    ("columns: {promt: \"q\", completion: \"a\"}", 27),
    ("columns: {prompt: [\"q\", \"a\"], completion: \"a\"}", 27),
    ("columns: {prompt: \"q\", text: \"a\"}", 27), ("date: \"2024-13-01\"", 24),
    ("mask: all", 9),
  ])
  func `what is wrong with how a dataset is read is marked, and not its path`(
    arguments: String, column: Int
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write("q,a\none,two\n", as: "d.csv")
    let outcome = try skillet.recipe(TinyRecipe.load + "dataset \"d.csv\", \(arguments)\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.contains("error[E0802]"), outcome.comment)
    #expect(outcome.errors.contains(".recipe:4:\(column)\n"), outcome.comment)
  }

  @Test(arguments: [
    ("frobnicate", "the commands are answers, combine, compare, dataset, describe, "),
    ("frobnicate 3", "type ?train at the prompt to read of one"),
    ("frobnicate x: 3", "the commands are answers, combine, compare, "),
    ("lora frobnicate: 3", "its arguments are rank, alpha, "),
    ("quantize frobnicate", "it can be nf4, int8, "),
    ("lora targets: [frobnicate]", "it can be all_linear, q_proj, k_proj, "),
    ("inspect frobnicate", "it can be adapter, model, data, next, attention, worst, q_proj, "),
    ("{loss: 1, steps: 2}.frobnicate", "its fields are loss, steps"),
    ("frobnicate(1)", "the functions are min, max, "), ("3frobnicate", "units are ms, s, m, "),
    ("param x: frobnicate = 1", "the types, alone or in a list such as `[int]`, are int, float, "),
    ("load \"frobnicate\"", "a model is a .gguf file, a folder with config.json, or hf:"),
    ("use \"frobnicate\"", "lora name: \"frobnicate\""),
    (":frobnicate", "the commands are :help, :history, "),
    (":mode frobnicate", "the modes are box, markdown, csv, json, jsonl, line"),
    ("?frobnicate", ":help lists what there is"),
  ])
  func `far from everything, the legal values are listed`(_ line: String, list: String) throws {
    let outcome = try SkilletRun()(input: "load \"\(TinyRecipe.model)\"\n\(line)\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains(list), outcome.comment)
    #expect(!outcome.errors.contains("did you mean"), outcome.comment)
  }

  @Test(arguments: [
    (["frobnicate"], "the commands are prompt, run, check, "),
    (["explain", "frobnicate"], "the codes are E0101 to E0"),
    (["run", "a.recipe", "--set", "frobnicate=1"], "it has lr, rank"),
    (["run", "a.recipe", "--sweep", "frobnicate=1"], "it has lr, rank"),
    (["prompt", "--mode", "frobnicate"], "- markdown"),
  ])
  func `so are those of the command line`(_ arguments: [String], list: String) throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.header + "param rank: int = 8\nparam lr: float = 1e-4\nshow [rank, lr]\n",
      as: "a.recipe")
    let outcome = try skillet.run(arguments)
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors.contains(list), outcome.comment)
  }

  @Test func `all mistakes of a recipe are shown, in the order of the text and each once`()
    throws
  {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.adapter + "lora rnk: 8\nshow bsae\ntrain steps: 3, lr: fast\n", as: "x.recipe")
    let outcome = try skillet("check", "x.recipe")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errorCount == 3, outcome.comment)
    let places = ["E0202", "E0501", "E0501"].map { "error[\($0)]" }
    let found = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error[") }
      .map { String($0.prefix(12)) }
    #expect(found == places, outcome.comment)
  }

  @Test func `what a line that cannot be read would have given is not missed`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.header + """
        load “smollm2”
        dataset data/train.jsonl
        split valid 10%
        lora rank=8
        train steps: 2
        eval

        """, as: "x.recipe")
    let outcome = try skillet("check", "x.recipe")
    let codes = outcome.errors.matches(of: /error\[(E\d+)\]/).map { String($0.1) }
    #expect(codes == ["E0101", "E0205", "E0112", "E0112"], outcome.comment)
    #expect(
      outcome.errors.components(separatedBy: "\n\nerror[").count == 4, "parted by empty lines")
  }

  @Test func `a code is explained with a wrong and a right example`() throws {
    let outcome = try SkilletRun()("explain", "E0203")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("Wrong:\n\n    quantize nf5"), outcome.comment)
    #expect(outcome.output.contains("Right:\n\n    quantize nf4"), outcome.comment)
  }

  @Test(arguments: [
    ("lora(rank=8)", "write `lora rank: 8`"), ("lora rank = 8", "lora rank: 8"),
    ("lora --rank 8", "rank:"), ("load smollm2", "write `load \"smollm2\"`"),
    ("import data", "include"), ("while true {}", "for x in"),
    ("load \"x\", dtype: f32", "called `precision` here"),
    ("finetune lr: 1e-4", "called `train` here"),
    ("param rank: integer = 8", "called `int` here"), ("assert 1 = 1", "`==` compares"),
    ("for r in 2, 4 { eval }", "for r in [2, 4, 8]"), ("show 1,000", "`1_000`"),
    ("show 10s + 5", "such as 5s"),
    ("load “smollm2”", "straight quotes: \"smollm2\""), ("lora rank： 8", "the plain `:`"),
    ("dataset data/train.jsonl", "write \"data/train.jsonl\""),
  ])
  func `habits of other languages get an answer of their own`(
    _ line: String, help: String
  ) throws {
    let outcome = try SkilletRun()(input: line + "\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
    let advice = outcome.errors.components(separatedBy: "help:").dropFirst().joined()
    #expect(advice.contains(help), outcome.comment)
  }

  @Test func `results go to standard output, notices to standard error`() throws {
    let outcome = try SkilletRun()(
      input: TinyRecipe.adapter.replacing(TinyRecipe.header, with: "")
        + "train steps: 2, eval_every: 1\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("adapter_sha256"))
    #expect(outcome.errors.contains("after step 1: validation loss"))
    #expect(!outcome.output.contains("validation loss"))
    #expect(!(outcome.output + outcome.errors).contains("\u{1B}"))
  }
}
