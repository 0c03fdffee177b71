import TestSupport
import Testing

/// Files that a session writes and reads.
@Suite struct FileTests {
  @Test func `a session is saved as a recipe that gives the same recipe again`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank:2")
    try prompt.enter("train steps: 2;")
    try prompt.enter("(eval).loss < _4.rank")
    #expect(
      try prompt.enter(":save mine") == ["6 cells in mine.recipe; replay: skillet run mine.recipe"])
    let recipe = try prompt.file("mine.recipe")
    #expect(recipe.hasPrefix("recipe \"mine\", language: 1\n\nload \""))
    #expect(recipe.contains("let value4 = lora rank: 2\n"))
    #expect(recipe.hasSuffix("(eval).loss < value4.rank\n"))
    let check = try ChildProcess(
      BuiltProgram.path("skillet"), ["fmt", "--check", "mine.recipe"],
      environment: ["HOME": prompt.folder.path], folder: prompt.folder.path
    ).outcome()
    #expect(check.ending == .exited(0), "\(check.output)")
  }

  @Test func `a file that somebody else wrote is replaced when that is said twice`() throws {
    let prompt = try PromptSession()
    prompt.folder.write("my notes\n", as: "mine.md")
    try prompt.enter("let a = 1")
    #expect(
      try prompt.enter(":export mine.md")
        == ["mine.md is there already: the same command again replaces it"])
    try prompt.enter(":history")
    #expect(try prompt.file("mine.md") == "my notes\n")
    #expect(try prompt.enter(":export mine.md").first?.hasPrefix("1 cell in mine.md") == true)
    try prompt.enter("let b = 2")
    #expect(try prompt.enter(":export mine.md").first?.hasPrefix("2 cells in mine.md") == true)
  }

  @Test func `a recipe is run as cells`() throws {
    let prompt = try PromptSession()
    prompt.folder.write("let c = 3\n", as: "common.recipe")
    prompt.folder.write(
      "recipe \"mine\", language: 1\n\n## Twice the number.\ninclude \"common.recipe\"\n\n"
        + "let b = c * 2\n## What it came to.\nb + 1\n", as: "mine.recipe")
    let lines = try prompt.enter(":run mine.recipe")
    #expect(lines.contains("out[3]  7"), "\(lines)")
    #expect(try prompt.enter(":history").contains("2  let b = c * 2"))
    #expect(try prompt.enter("b") == ["out[4]  6"])
  }

  @Test func `a recipe with mistakes is not begun`() throws {
    let prompt = try PromptSession()
    prompt.folder.write(
      "recipe \"mine\", language: 1\nlet b = 2\nlet d = e\n", as: "mine.recipe")
    let lines = try prompt.enter(":run mine.recipe")
    #expect(lines.first?.hasPrefix("error[E0501]") == true, "\(lines)")
    #expect(lines.last == "not run: mine.recipe has mistakes")
    #expect(try prompt.enter("b").first?.contains("E0501") == true)
    #expect(
      try prompt.enter(":run other.recipe").first?.hasPrefix("not run: other.recipe: ") == true)
  }

  @Test func `a file that was edited since is named`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    prompt.folder.write("{\"text\": \"other\"}\n", as: "rows.jsonl")
    let answer = try prompt.enter(":save mine").joined(separator: " ")
    #expect(answer.hasPrefix("not saved: \"rows.jsonl\" was edited or moved after cell 2 read it"))
  }

  @Test func `cells are exported with outputs, as a document and as a notebook`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try prompt.enter("train steps: 8")
    #expect(try prompt.enter(":export mine.md 4-5") == ["2 cells in mine.md; beside it mine-5.svg"])
    #expect(try prompt.file("mine.md").hasPrefix("# mine\n\n```skillet\nlora rank: 2\n```\n"))
    #expect(try prompt.file("mine-5.svg").hasPrefix("<svg "))
    try prompt.enter(":export mine.ipynb")
    #expect(try prompt.file("mine.ipynb").contains("\"nbformat_minor\": 5"))
    #expect(
      try prompt.enter(":export mine.txt") == [
        ":export writes .html, .md and .ipynb; name the file so"
      ])
    try prompt.enter(":export mine.html")
    let page = try prompt.file("mine.html")
    #expect(
      page.hasPrefix("<!DOCTYPE html>") && page.contains("<svg") && page.contains("lora rank: 2"))
  }

  @Test func `the start-up file runs first, with its session commands`() throws {
    let prompt = try PromptSession(startUp: "# mine\nlet ten = 10\n:mode line\n")
    #expect(prompt.lines.last == "skillet[2]>")
    #expect(try prompt.enter("{a: ten}") == ["a = 10"])
  }

  @Test func `a mistake in the start-up file is told with its line`() throws {
    let prompt = try PromptSession(startUp: "let ten = 10\n\nlet = 3\nlet never = 1\n")
    let text = prompt.lines.joined(separator: " ")
    #expect(text.contains("init.recipe:3: the rest is not run; --no-init goes without"))
    #expect(try prompt.enter("ten") == ["out[2]  10"])
  }

  @Test func `SKILLET_HOME holds the start-up file and the history`() throws {
    let prompt = try PromptSession(environment: ["SKILLET_HOME": "mine"])
    try prompt.enter("1")
    #expect(prompt.folder.has("mine/history.jsonl"))
    #expect(!prompt.folder.has(".skillet"))
    prompt.folder.write("let ten = 10\n", as: "mine/init.recipe")
    try prompt.startAgain()
    #expect(try prompt.enter("ten") == ["out[2]  10"])
  }

  @Test func `a home that cannot be made is told, with what is not kept`() throws {
    let prompt = try PromptSession(columns: 160, environment: ["SKILLET_HOME": "none/here"])
    #expect(prompt.text.contains("are not kept: none/here cannot be made"))
    #expect(try prompt.enter("1") == ["out[1]  1"])
  }

  @Test func `--no-init goes without it`() throws {
    let prompt = try PromptSession(startUp: "let ten = 10\n", ["--no-init"])
    #expect(prompt.lines.last == "skillet[1]>")
  }
}
