import Files
import TestSupport
import Testing

/// `skillet run x.ipynb`: a notebook's cells as a recipe.
@Suite struct NotebookRecipeTests {
  private let skillet: SkilletRun

  init() throws { skillet = try SkilletRun() }

  private func cell(_ source: JSONValue, _ kind: JSONValue = "code") -> JSONValue {
    ["cell_type": kind, "source": source, "metadata": [:], "outputs": [], "execution_count": nil]
  }

  private func run(
    _ cells: [JSONValue], _ command: [String] = ["run"],
    metadata: JSONValue = ["kernelspec": ["name": "skillet"]], format: JSONValue = 4
  ) throws -> ChildProcess.Outcome {
    let notebook: JSONValue = [
      "nbformat": format, "nbformat_minor": 5, "metadata": metadata, "cells": .array(cells),
    ]
    skillet.folder.write(notebook.text(.notebook), as: "x.ipynb")
    return try skillet.run(command + ["x.ipynb"])
  }

  @Test func `code runs in its order, Markdown is prose, and questions are left out`() throws {
    let cells = [
      cell("# A *title*\n\nand text", "markdown"), cell(["let a = 2\n", "let b = a + 1"]),
      cell("?train"), cell("load smollm2", "raw"), cell("a * b"), cell(""),
    ]
    let outcome = try run(cells, ["run", "--json"])
    #expect(outcome.ending == .exited(0), outcome.comment)
    let events = try outcome.output.split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    #expect(events.contains { $0["event"] == "prose" && $0["text"] == "# A *title*\n\nand text" })
    let values = events.filter { $0["event"] == "value" }
    #expect(values.map { $0["value"] } == [2, 3, 6])
  }

  @Test func `a notebook that was exported runs and gives the same adapter`() throws {
    let cells = TinyRecipe.adapter + "let run = train steps: 3, lr: 1e-2\n"
    let typed = cells.split(separator: "\n").map(String.init).joined(separator: "\n")
    let prompt = try skillet.run([], input: typed + "\nshow run\n:export x.ipynb\n:quit\n")
    #expect(prompt.ending == .exited(0), prompt.comment)
    func digest(_ outcome: ChildProcess.Outcome) -> String? {
      outcome.output.firstMatch(of: /adapter_sha256\W+([0-9a-f]{12})/).map { String($0.1) }
    }
    let outcome = try skillet.run(["run", "x.ipynb"])
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(digest(outcome) != nil && digest(outcome) == digest(prompt))
  }

  @Test func `mistakes are shown with their lines`() throws {
    let outcome = try run([cell("let a = 1"), cell("lora rnk: a")], ["check"])
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("x.ipynb:3:"), outcome.comment)
  }

  @Test(arguments: [["fmt"], ["accept", "--dry-run"]])
  func `what writes recipes leaves a notebook alone`(command: [String]) throws {
    let outcome = try run([cell("let   a=1")], command)
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors.contains("is a notebook"), outcome.comment)
    #expect(skillet.folder.text("x.ipynb").contains("let   a=1"))
  }

  @Test func `notebooks of other languages, of old formats and broken ones are refused`() throws {
    let one = [cell("1 + 1")]
    let refusals = [
      (try run(one, metadata: ["kernelspec": ["name": "python3"]]), "python3"),
      (try run(one, metadata: ["language_info": ["name": "python"]]), "python"),
      (try run(one, format: 3), "format 4"), (try run([["cell_type": "code"]]), "cell 1"),
      (try run([cell(":undo")]), "colon"),
    ]
    for (outcome, word) in refusals {
      #expect(outcome.ending == .exited(66), outcome.comment)
      #expect(outcome.errors.contains(word), outcome.comment)
    }
    skillet.folder.write("{", as: "x.ipynb")
    #expect(try skillet.run(["run", "x.ipynb"]).ending == .exited(66))
  }
}
