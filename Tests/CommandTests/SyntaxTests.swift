import FoundationEssentials
import TestSupport
import Testing

/// Each rule of the language by a line that keeps it and one that does not.
@Suite struct SyntaxTests {
  private func codes(_ recipe: String, in skillet: SkilletRun? = nil) throws -> (
    found: [String], outcome: ChildProcess.Outcome
  ) {
    let skillet = try skillet ?? SkilletRun()
    skillet.folder.write(recipe, as: "x.recipe")
    let outcome = try skillet("check", "x.recipe")
    let found = outcome.errors.matches(of: /(?:error|warning)\[([EW]\d+)\]/).map { String($0.1) }
    return (found, outcome)
  }

  @Test(
    arguments: [
      // a command in an expression stands in parentheses
      ("show (eval).loss > 0", nil), ("show eval.loss > 0", "E0114"),
      // line ends count between statements only
      ("show [1,\n  2\n]", nil), ("show (1\n  + 2)", nil), ("show 1 +\n  2", nil),
      ("eval on:\n  valid", nil), ("show 1\n  + 2", "E0"),
      // names are bound once, and nothing branches
      ("let a = 1\nshow a", nil), ("let a = 1\nshow a\nlet a = 2", "E0304"),
      ("let a = 1\nfor a in [2] { show a }\nshow a", "E0304"), ("while true { eval }", "E0109"),
      ("if 1 < 2 { eval }", "E0109"), ("def f() { eval }", "E0109"),
      // units are part of numbers
      ("show [10%, 90s, 10m, 512MB, 3e-4, 1_000]", nil), ("show 1..3", nil),
      ("train steps: 5, budget: 10", "E0204"), ("split valid: 0.1", "E0204"),
      // words are words, and no names
      ("quantize nf4", nil), ("let nf4 = 1", "E0303"), ("let cosine = 1", "E0303"),
      ("let eval = 1", "E0303"), ("let for = 1", "E0"),
    ] as [(String, String?)])
  func `a rule is kept or told`(lines: String, code: String?) throws {
    let (found, outcome) = try codes(TinyRecipe.adapter + lines + "\n")
    let errors = found.filter { $0.hasPrefix("E") }
    if let code {
      #expect(errors.first?.hasPrefix(code) == true, outcome.comment)
    } else {
      #expect(errors.isEmpty, outcome.comment)
    }
  }

  @Test func `the first line says the version`() throws {
    #expect(try codes("recipe \"t\", language: 1\nshow 1\n").found == [])
    #expect(try codes("show 1\n").found == ["W0303"])
    let later = try codes("recipe \"t\", language: 99\nshow 1\n")
    #expect(later.found == ["E0604"] && later.outcome.ending == .exited(65), later.outcome.comment)
  }

  @Test func `prose and remarks stay where they stand, and prose is run as headings`() throws {
    let skillet = try SkilletRun()
    let text = "recipe \"t\", language: 1\n\n## # Title\n## Words.\n\n# a remark\nshow 1  # why\n"
    skillet.folder.write(text, as: "t.recipe")
    #expect(try skillet("fmt", "--check", "t.recipe").ending == .exited(0))
    let run = try skillet("run", "t.recipe")
    #expect(run.output == "\nTitle\nWords.\nshow 1\n1\n", run.comment)
  }

  @Test func `the grammar is printed, and every mistake in a damaged recipe has a place`() throws {
    let skillet = try SkilletRun()
    let reference = try skillet("reference")
    #expect(reference.output.contains("## Grammar") && reference.output.contains("statement"))
    let recipe = Array(TinyRecipe.adapter.utf8)
    var refused = 0
    for place in stride(from: 30, to: recipe.count, by: recipe.count / 40) {
      var damaged = recipe
      damaged[place] = UInt8(ascii: place.isMultiple(of: 2) ? "(" : "\"")
      let (found, outcome) = try codes(String(decoding: damaged, as: UTF8.self), in: skillet)
      let count = outcome.errors.components(separatedBy: "\n  --> x.recipe:").count - 1
      #expect(count == found.count, outcome.comment)
      if !found.isEmpty { refused += 1 }
    }
    #expect(refused > 20)
  }

  @Test func `a loop within a loop gives a row for each run, with the values of both`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.data + """
        let runs = for r in [1, 2] {
          for rate in [1e-3, 1e-2] as "rate {rate}" {
            lora rank: r
            train steps: 2, lr: rate
            eval
          }
        }
        assert len(runs) == 4
        assert runs.r[3] == 2 and runs.rate[3] == 1e-2
        plot runs, x: rate, y: loss, group: r
        let winner = best(runs, by: loss)
        assert winner.name in runs.name
        save winner, to: "out"
        show runs

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("│ r=1,rate 0.001 "), outcome.comment)
  }

  @Test func `people see units and grouped digits, data has numbers`() throws {
    let value = "{rows: 1234567, loss: 12.3456789, time: 90s, bytes: 512MB, share: 10%}\n"
    let shown = try SkilletRun()(input: value)
    for part in ["1,234,567", "12.35", "1m 30s", "512 MB", "10.00%"] {
      #expect(shown.output.contains(part), shown.comment)
    }
    let data = try SkilletRun()("--mode", "csv", input: value)
    #expect(
      data.output == "rows,loss,time,bytes,share\n1234567,12.3456789,90.0,512000000,0.1\n",
      data.comment)
  }

  @Test func `a long table shows its ends and counts the rest, data has all rows`() throws {
    let loop = "for n in range(1, 300) { {square: n * n} }\n"
    let shown = try SkilletRun()(input: loop)
    #expect(shown.output.contains(/… \d+ rows omitted …/), shown.comment)
    #expect(shown.output.contains("n=1 ") && shown.output.contains("n=300 "), shown.comment)
    let data = try SkilletRun()("--mode", "jsonl", input: loop)
    #expect(data.output.split(separator: "\n").count == 300, data.comment)
  }

  @Test func `a wide cell goes on below itself, and all columns stay`() throws {
    let text = String(repeating: "word ", count: 60)
    let shown = try SkilletRun()(input: "for n in [1, 2] { {loss: n / 3, said: \"\(text)\"} }\n")
    #expect(shown.output.contains(/│ run +│ n │ +loss │ said/), shown.comment)
    #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, shown.comment)
    #expect(!shown.output.contains("not shown"), shown.comment)
  }
}
