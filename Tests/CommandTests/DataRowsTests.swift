import Foundation
import TestSupport
import Testing

/// Data files as people have them, through the real binary.
@Suite struct DataRowsTests {
  private static let folder = References.tests + "/CommandTests/Rows/"

  /// The values and notices of a recipe that reads a file of `Rows`.
  private func read(
    _ file: String, _ arguments: String, then more: String = ""
  ) throws -> (outcome: ChildProcess.Outcome, values: [[String: Any]], notices: [String]) {
    let run = try SkilletRun()
    let outcome = try run.recipe(
      TinyRecipe.load + "dataset \"\(Self.folder)\(file)\"\(arguments)\n" + more, "--json")
    let events = outcome.output.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    return (
      outcome, events.compactMap { $0["value"] as? [String: Any] },
      events.filter { $0["event"] as? String == "notice" }.compactMap { $0["text"] as? String }
    )
  }

  @Test func `a file is looked at before there is a model`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      "ticket,label\n\"It broke, again.\",it\nIt is fine.,none\nIt is fine.,none\n", as: "t.csv")
    let outcome = try skillet(
      input: "head 1, from: 2, file: \"t.csv\"\nlet found = describe file: \"t.csv\"\n"
        + "assert found.rows == 3 and found.repeated == 1\n"
        + "assert found.fields[\"label\"].distinct == 2\nshow found.reading\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("It is fine."), outcome.comment)
    #expect(!outcome.output.contains("line 2"), outcome.comment)
    #expect(
      outcome.output.contains("columns: {prompt: \"ticket\", completion: \"label\"}"),
      outcome.comment)
    let missing = try skillet(input: "head file: \"none.csv\"\n")
    #expect(missing.ending == .exited(66), missing.comment)
  }

  private static let twice = (0..<6).map {
    "{\"prompt\": \"\($0 % 4)\", \"completion\": \"c\"}\n"
  }.joined()

  @Test func `rows that are there twice are counted, and left out where that is asked`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(Self.twice, as: "d.jsonl")
    skillet.folder.write("{\"prompt\": \"0\", \"completion\": \"c\"}\n", as: "e.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        let every = dataset "d.jsonl"
        assert every.rows == 6 and every.repeated == 2
        split valid: 2
        let once = dataset ["d.jsonl", {path: "e.jsonl", weight: 0.9}], dedupe: true
        assert once.rows == 4 and once.repeated == 3 and once.skipped == 0
        split valid: 2
        assert (describe).repeated == 0
        let same = dataset "d.jsonl", dedupe: true
        assert same.rows == 4 and same.tokens == once.tokens

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let told = outcome.errors.replacing("\n", with: " ")
    #expect(told.contains("dedupe: true leaves them out"), outcome.comment)
    #expect(told.contains("2 rows are left out, the same as a row before"), outcome.comment)
    skillet.folder.write(
      TinyRecipe.load + "dataset \"d.jsonl\", dedupe: true\nsplit valid: 4\n", as: "c.recipe")
    let checked = try skillet("check", "c.recipe")
    #expect(checked.ending == .exited(65), checked.comment)
    #expect(checked.errors.contains("there are 4"), checked.comment)
  }

  @Test func `weights that repeat rows and dedupe are refused together, other tools' words told`()
    throws
  {
    let skillet = try SkilletRun()
    skillet.folder.write(Self.twice, as: "d.jsonl")
    let refused = try skillet.recipe(
      TinyRecipe.load + "dataset [{path: \"d.jsonl\", weight: 2}], dedupe: true\n")
    #expect(refused.ending == .exited(66), refused.comment)
    #expect(refused.errors.contains("dedupe leaves repeated rows out"), refused.comment)
    let foreign = try skillet.recipe(
      TinyRecipe.load + "dataset \"d.jsonl\", drop_duplicates: true\n")
    #expect(foreign.ending == .exited(65), foreign.comment)
    #expect(foreign.errors.contains("`dedupe`"), foreign.comment)
  }

  @Test func `a row is shown in whole characters, and whole`() throws {
    let row = try read("emoji.jsonl", ", template: none", then: "inspect data, row: 1\n")
    let value = try #require(row.values.last, row.outcome.comment)
    let read = try #require(value["read"] as? String)
    let learnt = try #require(value["learnt"] as? String)
    #expect(read.hasSuffix("melt 🫠 𝛿"))
    #expect(learnt.hasPrefix("ok 🫠"))
    #expect(value["text"] as? String == read + learnt)
    #expect(!row.outcome.output.contains("\u{FFFD}"))
  }

  @Test func `turns are shown in the order of the model, replies between prompts`() throws {
    let row = try read(
      "openai.jsonl", ", template: chatml, mask: all", then: "inspect data, row: 2\n")
    let text = try #require(row.values.last?["text"] as? String, row.outcome.comment)
    let places = ["Hi", "Hello.", "Bye", "Goodbye."].map { text.range(of: $0)?.lowerBound }
    #expect(!places.contains(nil))
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  @Test(arguments: [
    ("cut-crlf.jsonl", ", cut_after: \"\\nA:\", template: none", 4),
    ("oasst_flat.jsonl", ", template: chatml", 1), ("oasst_tree.jsonl", ", template: chatml", 1),
    ("empty-replies.jsonl", ", template: chatml", 1),
    ("rows-under-a-key.json", ", template: none", 4),
    ("prompt_completion_conv.jsonl", ", template: chatml", 1),
    ("sharegpt_bard_roles.jsonl", ", template: chatml", 2),
    ("alpaca_system_history.jsonl", ", template: chatml", 1),
    ("pc.jsonl.zst", ", template: none", 2), ("dolly.jsonl", ", template: chatml", 2),
  ])
  func `files as they are published are read`(file: String, arguments: String, rows: Int) throws {
    let data = try read(file, arguments)
    #expect(data.outcome.ending == .exited(0), data.outcome.comment)
    #expect(data.values.last?["rows"] as? Int == rows, data.outcome.comment)
  }

  @Test(arguments: [
    ("openai_function_call_lastonly.jsonl", "calls tools"),
    ("openai_reasoning.jsonl", "reasoning_content"), ("openai_tools.jsonl", "offers tools"),
    ("sharegpt_tools.jsonl", "offers tools"),
    ("dup_keys.jsonl", "occurs twice"),
  ])
  func `what cannot be read right is refused by name`(file: String, reason: String) throws {
    let data = try read(file, ", template: chatml")
    #expect(data.outcome.ending == .exited(66), data.outcome.comment)
    #expect(data.outcome.output.contains(reason), data.outcome.comment)
    #expect(!data.outcome.output.contains("iconv"))
    #expect(data.values.allSatisfy { $0["rows"] == nil })
  }

  @Test func `names of keys that are not read are said once`() throws {
    let data = try read("messages_name.jsonl", ", template: chatml")
    #expect(data.notices.contains("not used: messages[].name (in 1 row)"))
  }

  @Test(arguments: ["bom.recipe", "crlf.recipe"])
  func `recipes of Windows editors run, and fmt gives them one kind of line end`(
    file: String
  ) throws {
    let run = try SkilletRun()
    let text = try String(contentsOfFile: Self.folder + file, encoding: .utf8)
    run.folder.write(text, as: file)
    let outcome = try run("check", file)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(try run("fmt", file).ending == .exited(0))
    let formatted = try Data(contentsOf: URL(filePath: run.folder.path + "/" + file))
    #expect(!formatted.contains(0x0D))
    #expect(formatted.starts(with: Data("recipe ".utf8)))
    #expect(try run("fmt", "--check", file).ending == .exited(0))
  }

  /// A file may be as bad as it likes: nothing ends in a signal, and nothing takes long.
  @Test(arguments: [
    String(repeating: "{}\n", count: 1_000_000), String(repeating: "\n", count: 1_000_000),
    "{\"text\": " + String(repeating: "[", count: 1_000_000),
    "[" + String(repeating: "{\"a\":", count: 500_000),
    "{" + (0..<100_000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}",
  ])
  func `hostile rows are refused`(text: String) throws {
    let run = try SkilletRun()
    run.folder.write(text, as: "bad.jsonl")
    let outcome = try run.recipe(TinyRecipe.load + "dataset \"bad.jsonl\"\n")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(outcome.errors.utf8.count < 4000)
    #expect(outcome.processorSeconds < 3)
  }
}
