import Checkpoints
import Files
import Models
import Testing
import Tokenizers

/// Regular expressions of splitting rules. What they cut is in words.json as ids, in `WordTests`.
@Suite struct PatternTests {
  private func words(_ pattern: String, _ text: String) throws -> [String] {
    let step = SplitStep.pattern(
      try Pattern(pattern, endsAtLines: true), .isolated, isInverted: false)
    return TextPipeline(splits: [step]).words(of: text)
  }

  @Test(arguments: PreTokenizer.allCases.filter { $0.pattern != nil })
  func `a pattern and the rule that is written by hand for it give the same words`(
    rule: PreTokenizer
  ) throws {
    let pattern = try #require(rule.pattern)
    #expect(PreTokenizer(pattern: pattern) == rule)
    for golden in try TokenGoldens.cases("splits.json") {
      let text = try #require(golden["text"]?.string)
      let expected = rule.words(of: text).map { Array($0.utf8) }
      #expect(try words(pattern, text).map { Array($0.utf8) } == expected)
    }
  }

  @Test(arguments: [
    "(", ")", "[a", "a**", "*a", "a{2,1}", "a{9999}", "(?<name>a)", "\\p{Greek}", "\\q", "\\1",
    "(a*)*",
    "(?<=ab)c", "[[:alpha:]]", "(?=(?:a+)+b)", "[b-a]", "\\x{110000}", "\\u{D800}", "a\\", "(?x)a",
  ])
  func `a pattern that is not understood is refused with its place`(pattern: String) {
    let error = #expect(throws: TokenizerError.self) { try Pattern(pattern, endsAtLines: true) }
    #expect(error?.isUnsupported == true)
    #expect(
      error?.cause.contains("at character") == true || error?.cause.contains("repeti") == true)
  }

  @Test(.timeLimit(.minutes(3)))
  func `patterns that can match in very many ways are refused or end soon`() throws {
    let letters = String(repeating: "a", count: 3000) + "!"
    let start = ContinuousClock.now
    #expect(try words("(?:a+)+b|(?:a|aa)+c", letters).count == 1)
    #expect(throws: TokenizerError.self) {
      try Pattern(String(repeating: "(", count: 100_000), endsAtLines: true)
    }
    #expect(throws: TokenizerError.self) {
      try Pattern(String(repeating: "(?:a{1000}b){1000}", count: 50), endsAtLines: true)
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(arguments: [
    "gpt-2", "phi-2", "llama-bpe", "falcon3", "qwen2", "qwen35", "deepseek-llm", "deepseek-coder",
    "deepseek-v3", "gpt-4o", "tekken", "falcon", "bloom", "starcoder", "refact", "command-r", "mpt",
    "olmo", "stablelm2", "smaug-bpe", "dbrx", "exaone", "chatglm-bpe", "glm4", "minerva-7b",
    "youtu", "chameleon", "jais-2", "viking", "exaone-moe", "seed-coder", "granite-embed-multi-97m",
  ])
  func `a splitting rule that llama cpp has is known by its name`(name: String) throws {
    let tokenizer = try Tokenizer.reading(
      gguf: GGUFTokenizerTests.metadata(["tokenizer.ggml.pre": .string(name)]), file: "made.gguf")
    #expect(!tokenizer.pipeline.splits.isEmpty)
    #expect(tokenizer.encode("abc", parseSpecial: false) == [7])
  }

  @Test(arguments: ["default", "", "kimi-k2", "afmoe", "superbpe", "tiny_aya", "whitespace"])
  func `a splitting rule that is not known is refused by its name`(name: String) {
    let error = #expect(throws: FileError.self) {
      try Tokenizer.reading(
        gguf: GGUFTokenizerTests.metadata(["tokenizer.ggml.pre": .string(name)]),
        file: "made.gguf")
    }
    #expect(error?.cause.contains("splitting rule \"\(name)\"") == true)
  }
}
