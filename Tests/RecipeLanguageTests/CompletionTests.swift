import Diagnostics
import RecipeLanguage
import Sessions
import Testing

@Suite struct CompletionTests {
  /// Candidates where `|` stands.
  static func complete(_ text: String) -> Completion {
    let offset = text.utf8.firstIndex(of: UInt8(ascii: "|")).map {
      text.utf8.distance(from: text.utf8.startIndex, to: $0)
    }
    var context = CheckContext()
    context.isPrompt = true
    context.names = ["base": .record(Record([("loss", .float(1)), ("perplexity", .float(2))]))]
    return Completion.at(
      offset ?? 0, in: text.filter { $0 != "|" }, context: context,
      sessionCommands: [("plan", "shows what would run"), ("play", "free play"), ("save", "")])
  }

  static func texts(_ text: String) -> [String] { complete(text).candidates.map(\.text) }

  @Test(arguments: [
    ("qu|", ["quantize"]), ("se|", ["seed"]), ("let x = qu|", ["quantize"]),
    ("show (qu|", ["quantize"]), ("for r in [1] {\n  qu|", ["quantize"]), ("as|", ["assert"]),
    ("lora r|", ["rank", "rho", "rslora"]), ("lora rank: 8, r|", ["rho", "rslora"]),
    ("quantize nf|", ["nf4"]), ("quantize nf4, b|", ["block"]),
    ("lora targets: [q_proj, v|", ["v_proj"]),
    ("train schedule: c|", ["cosine", "constant", "cosine_with_restarts"]),
    ("eval on: |", ["train", "valid", "test", "base"]), ("train pack: t|", ["true"]),
    ("assert base.|", ["loss", "perplexity"]), ("show ba|", ["base"]),
    ("assert (eval on: valid).pe|", ["perplexity"]), ("let a = 1\nshow a|", ["abs", "all", "any"]),
    ("let mine = eval\nassert mine.tok|", ["token_accuracy", "tokens"]),
    ("lora rank: 8 |", []), ("let x|", []), (":pla|", ["plan", "play"]), ("?qua|", ["quantize"]),
    (":save f|", []),
  ])
  func candidatesFitTheirPlace(text: String, expected: [String]) {
    #expect(Self.texts(text) == expected)
  }

  @Test func argumentsBringTheirColonAndDefault() throws {
    let candidate = try #require(Self.complete("lora ra|").candidates.first)
    #expect(candidate.suffix == ": ")
    #expect(candidate.help == "width of A and B (8)")
  }

  @Test func theWordAtTheCursorIsReplaced() {
    #expect(Self.complete("let x = qu|antize").range == SourceRange(8, 10))
  }

  @Test(arguments: [
    ("load \"smo|", "smo", true), ("load \"a\", adapter: \"out/|", "out/", false),
    ("include \"co|", "co", false), ("dataset \"ex|", "ex", false),
  ])
  func pathsAreLeftToTheCaller(text: String, prefix: String, isModel: Bool) throws {
    let path = try #require(Self.complete(text).path)
    #expect(path.prefix == prefix && path.isModel == isModel)
  }

  @Test func plainTextIsNoPath() {
    #expect(Self.complete("tokenize \"ex|").path == nil)
  }

  @Test func anyPlaceOfARecipeCanBeAsked() throws {
    let text = try Golden.recipe("study/rank-sweep.recipe")
    for offset in stride(from: 0, through: text.utf8.count, by: 7) {
      let completion = Completion.at(offset, in: text, context: CheckContext())
      #expect(completion.range.upperBound == offset)
    }
  }
}
