import Diagnostics
import RecipeLanguage
import Sessions
import Testing

/// What a message proposes is right: written in place of the mistake, it leaves none.
@Suite struct ProposedFixTests {
  /// A session in which every command can run.
  private static let context: CheckContext = {
    var context = CheckContext()
    context.isPrompt = true
    context.state = nil
    return context
  }()

  /// The help of the first error of a line.
  private func help(_ line: String) throws -> String {
    let found = CheckerTests.check(line, Self.context).first { $0.isError }
    return try #require(found?.help, "\(line)")
  }

  @Test(arguments: [
    ("lora(r=8)", "lora rank: 8"),
    ("lora(lora_alpha=16, target_modules=all_linear)", "lora alpha: 16, targets: all_linear"),
    ("quantize nf4 block: 64", "quantize nf4, block: 64"),
    ("quantize nf4, block: 64 double: true", "quantize nf4, block: 64, double: true"),
    ("lora rank: 4 + 4 --alpha 16", "lora rank: 4 + 4, alpha: 16"),
    ("lora --rank 8", "lora rank: 8"),
    ("lora rank = 8", "lora rank: 8"),
    ("quantize format nf4", "quantize nf4"),
    ("rank = 8", "let rank = 8"),
  ]) func `a line that is proposed checks clean`(line: String, proposal: String) throws {
    let help = try help(line)
    #expect(help.contains(proposal), "\(help)")
    let left = CheckerTests.check(proposal, Self.context).filter(\.isError)
    #expect(left.map(\.message) == [], "\(proposal)")
  }

  @Test func `an argument that is a command of its own is called so`() throws {
    #expect(try help("train seed: 3").hasPrefix("`seed` is a command, on a line of its own: seed "))
  }

  @Test func `a value of another argument's kind names that argument`() throws {
    #expect(try help("train steps: 10m") == "a duration is for `budget:`")
  }

  @Test(arguments: [
    ("train budget: 2 s", "write `2s`"), ("train budget: 5 min", "write `5m`"),
    ("split valid: 0.1", "a share is a percentage: write 10%"),
    ("load ./m.gguf", "write \"./m.gguf\""), ("load hf:org/name", "write \"hf:org/name\""),
    ("save out/x", "write `save \"out/x\"`"), ("train to: out/a", "write `train to: \"out/a\"`"),
    ("dataset data/my-rows.csv", "write `dataset \"data/my-rows.csv\"`"),
    ("head \"x.csv\"", "write `head file: \"x.csv\"`"),
    ("describe \"x.csv\"", "write `describe file: \"x.csv\"`"),
  ]) func `units, shares and paths are written as they would be right`(
    line: String, proposal: String
  ) throws {
    #expect(try help(line) == proposal)
  }

  @Test func `what an argument would bring is no second mistake`() {
    var context = CheckContext()
    context.isPrompt = true
    let errors = CheckerTests.check("head \"x.csv\"", context).filter(\.isError)
    #expect(errors.map(\.code) == ["E0204"])
  }

  @Test func `a field of an unknown name marks the name`() throws {
    let found = CheckerTests.check("show base.loss", Self.context)
    let error = try #require(found.first { $0.code == "E0501" })
    #expect(error.source.text(in: error.range) == "base")
  }

  @Test func `an assertion that cannot hold says its author's words`() throws {
    let found = CheckerTests.check("assert 1 > 2, \"rank must grow\"")
    #expect(found.contains { $0.message == "assertion failed: rank must grow" })
  }

  @Test func `a list of one value needs no label that tells it`() {
    let loop = { (values: String) in "for r in \(values) as \"run\" { show r }" }
    #expect(!CheckerTests.check(loop("[8]")).contains { $0.code == "W0304" })
    #expect(CheckerTests.check(loop("[8, 16]")).contains { $0.code == "W0304" })
  }

  @Test func `every keyword has an example that checks clean`() throws {
    for word in Keyword.all {
      let usage = try #require(Keyword.usage(of: word), "\(word)")
      #expect(usage.example.contains(word) || usage.text.contains(word), "\(word)")
      let found = CheckerTests.check(usage.example, Self.context).filter(\.isError)
      #expect(found.allSatisfy { $0.code == "E0601" }, "\(usage.example): \(found.map(\.message))")
    }
  }
}
