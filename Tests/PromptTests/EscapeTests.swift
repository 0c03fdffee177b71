import Foundation
import TestSupport
import Testing

/// What files, models and names contain never decides what a terminal does.
@Suite struct EscapeTests {
  /// Sets the clipboard, rings, colours by a C1 control, turns letters around, deletes and hides.
  static let hostile = "\u{1B}]52;c;cHduZWQ=\u{7}\u{9B}31m\u{202E}\u{2066}\u{61C}\u{7F}\u{E0041}x"
  /// The same as a string of the language, which is how a recipe may name it in plain letters.
  static let spelled =
    #"\u{1B}]52;c;cHduZWQ=\u{7}\u{9B}31m\u{202E}\u{2066}\u{61C}\u{7F}\u{E0041}x"#
  /// As a string of JSON.
  static let inJSON =
    #"\u001b]52;c;cHduZWQ=\u0007\u009b31m\u202e\u2066\u061c\u007f\udb40\udc41x"#

  struct Channel: CustomTestStringConvertible, Sendable {
    let name: String
    let recipe: String
    var files: [String: String] = [:]
    var arguments: [String] = []
    /// What shows that the text came through, made visible.
    var shows = #"\u{1B}]52;"#
    var testDescription: String { name }
  }

  private static let model = PromptSession.load + "\n"
  private static let data = "dataset \"rows.jsonl\"\n"

  static let channels: [Channel] = [
    Channel(name: "a recipe's text in a diagnostic", recipe: "let a = bsae # \(hostile)"),
    Channel(name: "a name that is no command", recipe: "\"\(hostile)\" + 1"),
    Channel(name: "a value shown", recipe: "show \"\(spelled)\""),
    Channel(name: "a value in a list", recipe: "[\"\(spelled)\"]"),
    Channel(name: "prose", recipe: "## \(hostile)"),
    Channel(name: "a card", recipe: "show {loss: 1, text: \"\(spelled)\"}"),
    Channel(
      name: "labels of a table", recipe: "for x in [1, 2] as \"{x}\(spelled)\" { {loss: x} }"),
    Channel(name: "an assertion's message", recipe: "assert 1 > 2, \"\(spelled)\""),
    Channel(name: "an expectation", recipe: "expect \"\(spelled)\" == \"b\""),
    Channel(name: "the name of a missing file", recipe: "load \"\(spelled).gguf\""),
    Channel(name: "the name of a missing dataset", recipe: "dataset \"\(spelled).jsonl\""),
    Channel(
      name: "a row of data", recipe: model + data + "inspect data, row: 1",
      files: ["rows.jsonl": "{\"prompt\": \"a\", \"completion\": \"\(inJSON)\"}\n"]),
    Channel(
      name: "columns of data", recipe: model + data,
      files: ["rows.jsonl": "{\"\(inJSON)\": \"a\"}\n"]),
    Channel(
      name: "data that is no JSON", recipe: model + data,
      files: ["rows.jsonl": "{\"a\": \(hostile)}\n"], shows: "rows.jsonl"),
    Channel(
      name: "a configuration that is no JSON", recipe: "load \"m\"",
      files: ["m/config.json": "{\"\(hostile)\": \(hostile)}"], shows: "config.json"),
    Channel(
      name: "an adapter's configuration", recipe: model.dropLast() + ", adapter: \"a\"",
      files: ["a/adapter_config.json": "{\"peft_type\": \"\(inJSON)\", \"r\": \"\(inJSON)\"}"],
      shows: #"\u{202E}\u{2066}"#),
    Channel(
      name: "model output",
      recipe: model
        + "generate \"a\", max_tokens: 250, temperature: 2, chat: none", shows: #"\u{"#),
    Channel(
      name: "JSON lines", recipe: "show \"\(spelled)\"", arguments: ["--json"], shows: #"\u202e"#),
    Channel(
      name: "JSON lines of a diagnostic", recipe: "expect \"\(spelled)\" == \"b\"",
      arguments: ["--json"], shows: #"\udb40\udc41"#),
    Channel(
      name: "a value set from outside", recipe: "param a: int = 1",
      arguments: ["--set", "a=\(hostile)"]
    ),
    Channel(name: "a wrong option", recipe: "", arguments: ["--\(hostile)"]),
  ]

  /// No sequence or character of `hostile` is in what reached the terminal.
  private func expectHarmless(_ output: String, shows text: String) {
    for scalar in Self.hostile.unicodeScalars
    where !scalar.isASCII || scalar.properties.generalCategory == .control {
      if scalar == "\u{1B}" { continue }
      #expect(
        !output.unicodeScalars.contains(scalar),
        "U+\(String(scalar.value, radix: 16)) in \(output.debugDescription)")
    }
    #expect(!output.contains("\u{1B}]"), "\(output.debugDescription)")
    #expect(output.contains(text), "\(output.debugDescription)")
  }

  private func output(
    of arguments: [String], in folder: TemporaryFolder, color: Bool = false
  ) throws -> String {
    var environment = [
      "TERM": "xterm", "PATH": "/usr/bin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8",
    ]
    for (name, value) in ProcessInfo.processInfo.environment where name.hasPrefix("OPENBLAS_") {
      environment[name] = value
    }
    let terminal = try PseudoTerminal(
      BuiltProgram.path("skillet"), arguments, environment: environment, folder: folder.path,
      columns: 200)
    _ = try terminal.waitForExit(seconds: 60)
    return terminal.output
  }

  @Test(arguments: channels) func `a run tells a terminal nothing to do`(channel: Channel) throws {
    let folder = TemporaryFolder()
    folder.write("recipe \"test\", language: 1\n" + channel.recipe + "\n", as: "test.recipe")
    for (name, text) in channel.files { folder.write(text, as: name) }
    let output = try output(of: ["run", "test.recipe"] + channel.arguments, in: folder)
    expectHarmless(output, shows: channel.shows)
  }

  @Test(arguments: [
    ("general.architecture", "llama", "\u{1B}]52;"),
    ("general.name", "tiny-llama", "\u{1B}]52;x\u{7}\u{7F}\u{1B}["),
    ("blk.1.attn_k.weight", "blk.1.attn_k.weight", "\u{1B}]52;c;cHduZ\u{7}\u{7F}\u{1B}[22J"),
  ]) func `metadata and tensor names of a file tell a terminal nothing to do`(
    key: String, old: String, new: String
  ) throws {
    var bytes = Array(
      try Data(contentsOf: URL(filePath: References.path("tiny-llama/q8_0.gguf"))))
    let start = try #require(bytes.firstRange(of: Array(key.utf8))?.lowerBound)
    let range = try #require(bytes[start...].firstRange(of: Array(old.utf8)))
    #expect(old.utf8.count == new.utf8.count)
    bytes.replaceSubrange(range, with: Array(new.utf8))
    let folder = TemporaryFolder()
    folder.write(bytes, as: "m.gguf")
    folder.write("recipe \"test\", language: 1\nload \"m.gguf\"\n", as: "test.recipe")
    let output = try output(of: ["run", "test.recipe"], in: folder)
    expectHarmless(output, shows: key == old ? "m.gguf" : #"\u{1B}]52;"#)
  }

  @Test func `a file's own name in a diagnostic tells a terminal nothing to do`() throws {
    let folder = TemporaryFolder()
    let name = "\(Self.hostile).recipe"
    folder.write("recipe \"test\", language: 1\nbsae\n", as: name)
    expectHarmless(try output(of: ["run", name], in: folder), shows: #"\u{1B}]52;"#)
    expectHarmless(try output(of: ["check", name], in: folder), shows: #"\u{1B}]52;"#)
    expectHarmless(try output(of: ["explain", Self.hostile], in: folder), shows: #"\u{1B}]52;"#)
    expectHarmless(try output(of: [Self.hostile], in: folder), shows: #"\u{1B}]52;"#)
  }

  // MARK: The prompt

  private func prompt(_ files: [String: String]) throws -> PromptSession {
    let prompt = try PromptSession()
    for (name, text) in files { prompt.folder.write(text, as: name) }
    try prompt.startAgain()
    return prompt
  }

  @Test func `earlier cells are listed, brought back and searched as plain text`() throws {
    let entry =
      "{\"cell\":1,\"folder\":\"/\",\"ok\":true,\"session\":\"s\",\"text\":\"show \\\"\(Self.inJSON)\\\"\",\"time\":1}\n"
    let prompt = try prompt([".skillet/history.jsonl": entry])
    try prompt.enter(":history ~1")
    expectHarmless(prompt.terminal.output, shows: #"\u{1B}]52;"#)
    // the first is the question itself
    prompt.terminal.send("\u{1B}[A\u{1B}[A")
    try prompt.terminal.wait(for: "the cell") { $0.cursorLine.hasSuffix("x\"") }
    expectHarmless(prompt.terminal.output, shows: #"show "\u{1B}]52;"#)
    prompt.terminal.send("\r")
    try prompt.waitForPrompt()
    prompt.terminal.send("\u{12}show\u{1B}")
    try prompt.terminal.wait(for: "the cell found") {
      $0.lines.contains { $0.hasPrefix("skillet[2]> show \"") }
    }
    expectHarmless(prompt.terminal.output, shows: #"show "\u{1B}]52;"#)
  }

  @Test func `runs that are remembered are listed as plain text`() throws {
    let run =
      "{\"time\":1,\"recipe\":\"\(Self.inJSON)\",\"params\":{\"a\":\"\(Self.inJSON)\"},\"ended\":\"good\"}\n"
    let prompt = try prompt([".skillet/runs.jsonl": run])
    for mode in ["box", "line", "csv", "markdown", "json", "jsonl"] {
      try prompt.enter(":mode \(mode)")
      try prompt.enter(":runs")
    }
    expectHarmless(prompt.terminal.output, shows: "52;c;cHduZWQ=")
  }

  @Test func `completions of file names are plain text`() throws {
    let prompt = try PromptSession()
    prompt.folder.write("x", as: "\(Self.hostile)1.jsonl")
    prompt.folder.write("x", as: "\(Self.hostile)2.jsonl")
    prompt.terminal.send("dataset \"\t\t")
    try prompt.terminal.wait(for: "a name") { $0.text.contains("cHduZWQ=") }
    expectHarmless(prompt.terminal.output, shows: #"\u{1B}]52;"#)
  }

  @Test func `a start-up file, pasted text and a talk are plain text`() throws {
    let prompt = try prompt([".skillet/init.recipe": "show \"\(Self.spelled)\"\n"])
    prompt.terminal.send("\u{1B}[200~show \"\(Self.hostile)\"\u{1B}[201~")
    try prompt.terminal.wait(for: "the text") { $0.cursorLine.hasSuffix("x\"") }
    prompt.terminal.send("\r")
    try prompt.waitForPrompt()
    try prompt.enter(PromptSession.load)
    prompt.terminal.send(":chat temperature: 2, max_tokens: 250\r")
    try prompt.terminal.waitForCursorLine("you>")
    prompt.terminal.send("one\r")
    try prompt.terminal.wait(for: "the answer", seconds: 60) {
      $0.cursorLine == "you>" && $0.lines.count { $0.hasPrefix("you>") } > 1
    }
    expectHarmless(prompt.terminal.output, shows: #"\u{"#)
  }
}
