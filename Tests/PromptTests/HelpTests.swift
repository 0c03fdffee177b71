import FoundationEssentials
import TestSupport
import Testing

/// Questions at the prompt.
@Suite struct HelpTests {
  @Test func `a question before or behind a name explains it`() throws {
    let prompt = try PromptSession(columns: 100, rows: 60)
    let page = try prompt.enter("?lora")
    #expect(page.first == "lora: puts a trainable low-rank adapter beside the frozen layers")
    #expect(
      page.contains { $0.contains("rank:") && $0.contains("int") && $0.contains("default 8") })
    #expect(page.contains("  lora rank: 8"))
    #expect(page.contains("See also train, use, save; ??lora says why"))
    #expect(page.last?.hasPrefix("Learn it with :lesson ") == true, "\(page)")
    #expect(try prompt.enter("lora?") == page)
    #expect(try prompt.enter(":help lora") == page)
    let deep = try prompt.enter("??lora")
    #expect(deep.contains { $0.contains("arXiv 2106.09685") })
    #expect(try prompt.enter("lora??") == deep)
  }

  @Test func `:help /word/ finds commands, arguments, words, results and session commands`()
    throws
  {
    let prompt = try PromptSession(columns: 100, rows: 60)
    let rate = try prompt.enter(":help /rate/")
    #expect(
      rate.contains { $0.hasPrefix("  train lr:") && $0.contains("learning rate") }, "\(rate)")
    #expect(rate.allSatisfy { !$0.contains("generate") }, "\(rate)")
    #expect(try prompt.enter(":help /nf4/").contains { $0.hasPrefix("  quantize scheme nf4") })
    #expect(try prompt.enter("?/again/").contains { $0.hasPrefix("  :rerun") })
    #expect(try prompt.enter(":help /PERPLEXITY/").contains { $0.contains("(eval).perplexity") })
    #expect(try prompt.enter(":help /root of x/") == ["nothing in the help has /root of x/"])
  }

  @Test func `a name without help gets the nearest one`() throws {
    let prompt = try PromptSession()
    #expect(
      try prompt.enter("?trian") == ["there is no help on `trian`; did you mean `train`?"])
  }

  @Test func `words of the field, arguments, keywords and session commands have help`() throws {
    let prompt = try PromptSession(columns: 100, rows: 60)
    let nf4 = try prompt.enter("?nf4")
    #expect(
      nf4.first == "nf4" && nf4.contains { $0.contains("quantiles of the normal distribution") })
    #expect(nf4.contains { $0.hasPrefix("  quantize nf4") })
    #expect(try prompt.enter("?rank").contains { $0.hasPrefix("  lora rank:") })
    #expect(try prompt.enter("?for").contains { $0.contains("for r in [4, 8]") })
    #expect(try prompt.enter("?:save").first == ":save FILE [CELLS]")
    #expect(try prompt.enter("?perplexity").first?.hasPrefix("perplexity") == true)
  }

  @Test func `habits from other prompts are told the way`() throws {
    let prompt = try PromptSession(columns: 100, rows: 60)
    for (typed, way) in [
      ("exit", ":quit"), ("quit()", ":quit"), ("help", ":help"), ("\\q", ":quit"),
      ("%hist", ":history"), (".mode", ":mode"), ("!ls", "another terminal"),
      ("clear", "Ctrl-L"),
    ] {
      let lines = try prompt.enter(typed)
      #expect(lines.count == 1 && lines.first?.contains(way) == true, "\(typed): \(lines)")
    }
    // a name of one's own is no habit
    #expect(try prompt.enter("let who = 3").isEmpty)
    #expect(try prompt.enter("who").contains { $0.contains("3") })
  }
}

/// What is longer than the screen.
@Suite struct PagerTests {
  /// A pager that tells how many lines it was given, and whether they end as they should.
  private static let pager = ["SKILLET_PAGER": "awk 'END { print NR \" lines for a pager\" }'"]

  @Test func `what is longer than the screen goes to the pager, what is not is written`() throws {
    let prompt = try PromptSession(columns: 100, rows: 24, environment: Self.pager)
    let help = try prompt.enter(":help")
    let count = try #require(help.last?.split(separator: " ").first.flatMap { Int($0) })
    #expect(help.last?.hasSuffix("lines for a pager") == true && count >= 24, "\(help)")
    let values = try prompt.enter("for n in range(1, 31) { show n }")
    #expect(values.last?.hasSuffix("lines for a pager") == true, "\(values)")
    #expect(try prompt.enter("show 1").allSatisfy { !$0.contains("pager") })
    #expect(try prompt.enter(":hints off") == ["hints are off"])
  }

  @Test func `without a pager, or one that is not there, all is written`() throws {
    for (arguments, environment) in [
      (["prompt", "--no-pager"], Self.pager), ([], ["SKILLET_PAGER": ""]),
      ([], ["SKILLET_PAGER": "no-such-pager 2>/dev/null"]),
    ] {
      let prompt = try PromptSession([String](arguments), columns: 100, environment: environment)
      let help = try prompt.enter(":help")
      #expect(help.count > 24, "\(help.count)")
    }
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/less"), "less is not installed"))
  func `less turns the pages and gives the prompt back`() throws {
    let prompt = try PromptSession(
      columns: 100, rows: 24, environment: ["SKILLET_PAGER": "less", "LESS": "RX"])
    prompt.terminal.send(":help\r")
    try prompt.terminal.wait(for: "the first page", seconds: 60) {
      $0.cursorLine.hasPrefix(":") || $0.cursorLine.contains("skillet-")
    }
    prompt.terminal.send("q")
    try prompt.waitForPrompt()
    #expect(try prompt.enter("show 2").contains { $0.hasSuffix("2") })
  }
}
