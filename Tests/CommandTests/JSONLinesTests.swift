import Foundation
import RecipeLanguage
import Sessions
import TestSupport
import Testing

/// `--json`: one object a line on standard output, and nothing else there.
@Suite struct JSONLinesTests {
  typealias Object = [String: Any]

  /// Names of fields by event.
  private static let fields: [String: Set<String>] = [
    "value": ["cell", "line", "verb", "name", "value"],
    "progress": [
      "verb", "done", "total", "unit", "loss", "tokens_per_second", "seconds", "seconds_left",
      "peak_memory",
    ],
    "text": ["text"], "notice": ["text"], "prose": ["text"],
    "diagnostic": [
      "code", "severity", "message", "file", "line", "column", "help", "notes",
    ],
    "done": ["ok", "seconds"],
  ]

  /// The objects of all lines; a line that is none is an issue.
  private func events(_ outcome: ChildProcess.Outcome) -> [Object] {
    #expect(outcome.output.isEmpty || outcome.output.hasSuffix("\n"))
    return outcome.output.split(separator: "\n").compactMap { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? Object
      if object == nil { Issue.record("no JSON object: \(line)") }
      return object
    }
  }

  private func check(_ events: [Object]) {
    for event in events {
      let name = event["event"] as? String ?? ""
      #expect(Set(event.keys.filter { $0 != "event" }) == Self.fields[name], "\(event)")
    }
  }

  private static let recipe =
    TinyRecipe.header + """
      ## # A title
      seed 1
      load "\(TinyRecipe.model)"

      """ + TinyRecipe.dataset + """
      split valid: 1, test: 1
      inspect data
      quantize int8
      lora rank: 2
      let unused = 1
      train steps: 3, eval_every: 1
      let tuned = eval
      tuned.loss
      generate "one", max_tokens: 3
      tokenize "two"
      use base
      use "default"
      save "out"
      expect 1 == 2

      """

  @Test func `every event has its fields, and the last one says how it ended`() throws {
    let outcome = try SkilletRun().recipe(Self.recipe, "--json")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.isEmpty, outcome.comment)
    let events = events(outcome)
    check(events)
    #expect(Set(events.compactMap { $0["event"] as? String }) == Set(Self.fields.keys))
    #expect(events.filter { $0["event"] as? String == "done" }.count == 1)
    #expect(events.last?["ok"] as? Bool == false)
  }

  @Test func `values have the fields that their commands declare`() throws {
    let events = events(try SkilletRun().recipe(Self.recipe, "--json"))
    var seen: Set<String> = []
    for event in events where event["event"] as? String == "value" {
      guard let name = event["verb"] as? String, name != "inspect",
        let verb = VerbCatalog.standard.verb(named: name)
      else { continue }
      seen.insert(name)
      let value = try #require(event["value"] as? Object, "\(event)")
      #expect(Set(value.keys) == Set(verb.fields.map(\.name)), "\(name)")
    }
    #expect(
      seen == [
        "seed", "load", "dataset", "split", "quantize", "lora", "train", "eval", "generate",
        "tokenize", "use", "save",
      ])
  }

  @Test func `values are exact, named and placed`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "let third = 1.0 / 3\nthird\n[10%, 2s, 3KiB, \"a\\n\", none]\n", "--json")
    #expect(
      outcome.output.split(separator: "\n").dropLast().map(String.init) == [
        #"{"event":"value","cell":2,"line":2,"verb":null,"name":"third","value":0.3333333333333333}"#,
        #"{"event":"value","cell":3,"line":3,"verb":null,"name":null,"value":0.3333333333333333}"#,
        #"{"event":"value","cell":4,"line":4,"verb":null,"name":null,"#
          + #""value":[0.1,2.0,3072,"a\n",null]}"#,
      ], outcome.comment)
    #expect(events(outcome).last?["ok"] as? Bool == true)
  }

  @Test(arguments: [
    (["run", "nope.recipe", "--json"], Int32(66), "E0801"),
    (["run", "wrong.recipe", "--json"], 65, "E0201"),
    (["check", "wrong.recipe", "--json"], 65, "E0201"),
  ])
  func `a recipe that cannot run ends with its last event as well`(
    _ arguments: [String], status: Int32, code: String
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write(TinyRecipe.header + "trian 1\n", as: "wrong.recipe")
    let outcome = try skillet.run(arguments)
    #expect(outcome.ending == .exited(status), outcome.comment)
    #expect(outcome.errors.isEmpty, outcome.comment)
    let events = events(outcome)
    check(events)
    #expect(events.map { $0["event"] as? String } == ["diagnostic", "done"])
    #expect(events.first?["code"] as? String == code)
    #expect(events.first?["severity"] as? String == "error")
    #expect(events.first?["file"] as? String == arguments[1])
    #expect(events.last?["ok"] as? Bool == false)
  }

  @Test func `at a piped prompt answers about the session stay off standard output`() throws {
    let outcome = try SkilletRun()(
      "--json", input: "let a = 1\n:vars\n?load\n:history\na + 1\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let events = events(outcome)
    check(events)
    #expect(events.map { $0["event"] as? String } == ["value", "value", "done"])
    #expect(outcome.errors.contains("opens a model"), outcome.comment)
  }

  @Test func `doctor is one object`() throws {
    let outcome = try SkilletRun()("doctor", "--json")
    let events = events(outcome)
    #expect(events.count == 1)
    #expect(events.first?["threads"] as? Int ?? 0 > 0)
    #expect((events.first?["kernels_available"] as? [String])?.contains("portable") == true)
  }

  /// Every subcommand, with what it is given and how it ends.
  private static let calls: [(arguments: [String], status: Int32, events: Set<String>)] = [
    (["prompt"], 0, ["value", "done"]),
    (["run", "good.recipe"], 0, ["value", "done"]),
    (["run", "good.recipe", "--set", "rank=many"], 64, ["notice", "done"]),
    (["run", "good.recipe", "--set", "rnk=3"], 64, ["notice", "done"]),
    (["run", "good.recipe", "--sweep", "rnk=3"], 64, ["notice", "done"]),
    (["run", "good.recipe", "--sweep", "rank=2,3"], 0, ["value", "sweep", "done"]),
    (["check", "good.recipe"], 0, ["plan", "done"]),
    (["check", "wrong.recipe"], 65, ["diagnostic", "done"]),
    (["accept", "--dry-run", "good.recipe"], 0, ["value", "notice", "done"]),
    (["accept", "--dry-run", "open.recipe"], 1, ["expectation", "notice", "done"]),
    (["accept", "--dry-run", "wrong.recipe"], 65, ["diagnostic", "done"]),
    (["fmt", "--check", "good.recipe"], 0, ["format", "done"]),
    (["fmt", "--check", "untidy.recipe"], 1, ["format", "done"]),
    (["fmt", "untidy.recipe"], 0, ["format", "done"]),
    (["fmt", "wrong.recipe", "untidy.recipe"], 65, ["diagnostic", "format", "done"]),
    (["fmt", "nope.recipe"], 66, ["diagnostic", "done"]),
    (["fmt", "-"], 0, ["format", "done"]),
    (["explain"], 0, ["explanation"]),
    (["explain", "E0203"], 0, ["explanation"]),
    (["reference"], 0, [""]),
    (["doctor"], 0, [""]),
    (["environment"], 0, ["variable"]),
    (["runs"], 0, []),
    (["kernel", "install", "--program", "/bin/sh"], 0, ["kernel"]),
    (["kernel", "install", "--program", "nope"], 66, ["notice"]),
    (["lessons"], 0, ["lesson"]),
    (["lessons", "check", "rank"], 0, ["proof"]),
    (["lessons", "check", "real-model"], 0, ["proof"]),
    (["lessons", "check", "nope"], 66, ["notice"]),
    (["doctest", "page.md"], 1, ["cell", "notice", "done"]),
    (["doctest", "nope.md"], 66, ["notice", "done"]),
  ]

  @Test(arguments: calls.indices)
  func `every subcommand writes one object a line, and nothing beside them`(
    _ index: Int
  ) throws {
    let call = Self.calls[index]
    let skillet = try SkilletRun()
    let files = [
      "good.recipe": "param rank: int = 2\nshow rank\n", "wrong.recipe": "lora rank 8\ntrian 1\n",
      "open.recipe": "expect 2\n", "untidy.recipe": "show  1\n",
    ]
    for (name, text) in files { skillet.folder.write(TinyRecipe.header + text, as: name) }
    skillet.folder.write("```\nskillet> 1 + 1\n3\n```\n", as: "page.md")
    let outcome = try skillet.run(call.arguments + ["--json"], input: "show 1\n")
    #expect(outcome.ending == .exited(call.status), outcome.comment)
    #expect(outcome.errors.isEmpty, outcome.comment)
    let names = events(outcome).map { $0["event"] as? String ?? "" }
    #expect(Set(names) == call.events, outcome.comment)
    #expect(!names.dropLast().contains("done"), outcome.comment)
  }

  @Test func `the calls above are those of every subcommand`() throws {
    let help = try SkilletRun()("--help").output
    let listed = help.matches(of: /\n  (\w+)(?: \(default\))? +[A-Z]/).map { String($0.1) }
    #expect(listed.count > 8, "\(help)")
    #expect(Set(listed).subtracting(["help"]) == Set(Self.calls.map { $0.arguments[0] }))
  }

  @Test func `fmt --json has the lines that go and come`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(TinyRecipe.header + "show  1\n", as: "a.recipe")
    let outcome = try skillet("fmt", "--check", "a.recipe", "--json")
    #expect(
      outcome.output.hasPrefix(
        #"{"event":"format","file":"a.recipe","changes":["#
          + #"{"line":2,"change":"removed","text":"show  1"},"#
          + #"{"line":2,"change":"added","text":"show 1"}],"text":null}"#), outcome.comment)
  }
}
