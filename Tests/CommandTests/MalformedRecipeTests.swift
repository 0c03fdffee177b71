import FoundationEssentials
import TestSupport
import Testing

/// Recipes that nobody should write. Each ends with a known exit code and a message; none crashes.
@Suite struct MalformedRecipeTests {
  /// A group runs in one test; its recipes stand behind a common beginning.
  struct Group: Sendable, CustomTestStringConvertible {
    let name: String
    let beginning: String
    let recipes: [String]

    var testDescription: String { name }
  }

  static let groups = [
    Group(
      name: "numbers", beginning: TinyRecipe.header,
      recipes: [
        "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "1 / 0",
        "1.0 / 0", "-9223372036854775808", "99999999999999999999", "1e999", "0x", "10GBB",
        "99999999999999999GB", "5%%", "1 % 0", "2 ^ 64", "1..1000000000",
        "0..9223372036854775807", "round(1e18, 400)", "-(-9223372036854775807 - 1)",
      ]),
    Group(
      name: "lists, records and text", beginning: TinyRecipe.header,
      recipes: [
        "[1, 2, 3][3]", "[1, 2, 3][-1]", "[1][9223372036854775807]", "{a: 1}.b", "{a: 1}[\"b\"]",
        "\"abc\"[0]", "sum([])", "mean([])", "best([], by: a)", "len()", "[1] + 2", "1 < \"a\"",
        "\"{\"", "\"{1\"", "\"\\u{110000}\"", "\"\\q\"", "\"\"\"", "\"abc", "\"a\" * 1000000000",
      ]),
    Group(
      name: "unfinished statements", beginning: TinyRecipe.header,
      recipes: [
        "[", "{", "(", "}", "]", "let", "let x", "let x =", "let 1 = 2", "let let = 1", "param x",
        "param x: foo = 1", "param x: int = \"a\"", "param x: int = 3 where x < 2", "include",
        "include \"nope.recipe\"", "include \".\"", "assert", "assert 1", "assert true, 5",
        "expect", "for", "for x in", "for x in 5 { x }", "for x in 1..100000000 { x }",
        "for x in [1] { x", "if true", "recipe 5", "\\", "\u{1}", "é", "x.y.z", "_1",
      ]),
    Group(
      name: "depth and length", beginning: TinyRecipe.header,
      recipes: [
        String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
        String(repeating: "[", count: 5000), String(repeating: "- ", count: 5000) + "1",
        String(repeating: "not ", count: 5000) + "true",
        "1" + String(repeating: "+1", count: 20000),
        "\"" + String(repeating: "{\"", count: 500), String(repeating: "f(", count: 2000),
        "load \"" + String(repeating: "a", count: 5000) + "\"",
        "x" + String(repeating: ".x", count: 20000),
        String(repeating: "for a in [1] {", count: 3000),
      ]),
    Group(
      name: "models", beginning: TinyRecipe.header,
      recipes: [
        "load \"\"", "load \"/\"", "load \"/dev/null\"", "load \"/dev/zero\"", "load \"\\u{0}\"",
        "load \"~/x\"", "load 5", "load", "load \"a\", \"b\"", "use base",
      ]),
    Group(
      name: "commands with a model", beginning: TinyRecipe.load,
      recipes: [
        "dataset \"/\"", "dataset \"/dev/null\"", "dataset \"[1, 2]\"", "dataset \"\"\"\n\"\"\"",
        "dataset \"\"\"\n{\"text\": \"\"}\n\"\"\"", "dataset \"\"\"\n{\"a\": \"b\"}\n\"\"\"",
        "dataset \"\"\"\n" + String(repeating: "[", count: 20000) + "\n\"\"\"",
        "dataset \"\"\"\n{\"text\": \"a\"}\n\"\"\", cut_after: \"\"",
        "dataset \"\"\"\n{\"text\": \"a\"}\n\"\"\", columns: {cut_after: \"x\"}",
        "generate \"\", chat: none", "generate \"a\", max_tokens: 0", "generate \"a\", top_p: 2",
        "generate \"" + String(repeating: "word ", count: 2000) + "\"", "perplexity \"/dev/null\"",
        "perplexity \"nope\"", "perplexity \"/bin/sh\"", "inspect q_proj, layer: 9",
        "inspect data", "inspect adapter", "quantize nf4, block: 17", "quantize nf5",
        "lora rank: 65", "lora layers: [5]", "lora layers: []", "lora targets: []",
        "lora dropout: 1.0", "use \"x\"", "save \"x\"", "save", "compare []", "compare 5",
        "compare [{a: 1}], sort: b", "compare [{a: 1}], baseline: \"x\"", "plot []", "plot loss",
        "plot [\"a\"]", "eval", "split", "train",
      ]),
    Group(
      name: "training", beginning: TinyRecipe.adapter,
      recipes: [
        "train steps: 0", "train steps: 1, epochs: 2", "train epochs: 10001", "train lr: 1e30",
        "train steps: 3, warmup: 150%", "train budget: 0s", "train budget: 5",
        "train schedule: step", "split valid: 4", "split valid: 5", "split valid: 100%",
        "split valid: 101%", "split train: 4, valid: 4",
        "inspect data, row: 9223372036854775807", "save \"\"", "save \"/dev/null\"",
        "save \"/dev/null/x\"", "save {a: 1}, to: \"y\"", "save {a: 1}", "save eval, to: \"y\"",
        "compare {a: eval, b: 5}", "use base\ntrain steps: 1",
        "let r = for x in [1] { train steps: x }\nr[5]",
        "let r = for x in [1] { train steps: x }\nr[\"q\"]",
        "let r = for x in [1] { train steps: x }\nbest(r, by: nope)",
      ]),
  ]

  @Test(arguments: groups) func `ends with a known code and a message`(_ group: Group) throws {
    let skillet = try SkilletRun()
    for recipe in group.recipes {
      let outcome = try skillet("run", "-", input: group.beginning + recipe + "\n")
      let subject: Comment = "\(recipe.prefix(200))\n\(outcome.errors.prefix(2000))"
      guard case .exited(let status) = outcome.ending else {
        Issue.record("\(outcome.ending): \(subject)")
        continue
      }
      #expect([1, 65, 66].contains(status), subject)
      #expect(outcome.errors.contains("error[E"), subject)
      #expect(!outcome.errors.contains("Fatal error"), subject)
    }
  }

  @Test(arguments: groups) func `check finds no fault that it cannot place`(_ group: Group) throws {
    let skillet = try SkilletRun()
    let names = group.recipes.enumerated().map { number, recipe in
      skillet.folder.write(group.beginning + recipe + "\n", as: "\(number).recipe")
      return "\(number).recipe"
    }
    let outcome = try skillet.run(["check"] + names)
    #expect(outcome.ending == .exited(65), "\(outcome.errors.suffix(2000))")
    let errors = outcome.errors.components(separatedBy: "error[E").count - 1
    let places = outcome.errors.components(separatedBy: ".recipe:").count - 1
    #expect(errors >= 1 && places >= errors, "\(outcome.errors.suffix(2000))")
  }

  @Test func `bytes that are no text are refused, wherever they stand`() throws {
    let skillet = try SkilletRun()
    let recipe = Array((TinyRecipe.header + "let x = \"a\"\nshow x\n").utf8)
    for place in recipe.indices {
      var bytes = recipe
      bytes[place] = 0xFF
      skillet.folder.write(bytes, as: "\(place).recipe")
    }
    let names = recipe.indices.map { "\($0).recipe" }
    let outcome = try skillet.run(["check"] + names)
    #expect(outcome.ending == .exited(65), "\(outcome.errors.suffix(2000))")
    for name in names {
      #expect(outcome.errors.contains("--> \(name):"), "\(name) is taken for sound")
    }
  }
}
