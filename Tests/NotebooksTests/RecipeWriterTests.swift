import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions
import Testing

@Suite struct RecipeWriterTests {
  private func notebook(_ cells: [String]) throws(RunFailure) -> Notebook {
    let notebook = Notebook()
    for cell in cells { try notebook.run(cell) }
    return notebook
  }

  private func recipe(
    _ notebook: Notebook, _ range: String = ""
  ) throws -> String {
    try RecipeWriter.recipe(
      of: notebook.cells(in: range), among: notebook.cells, title: "t")
  }

  @Test func `cells become a formatted recipe, without those that were undone`() throws {
    let notebook = try notebook(["seed   7", "let a=1", "show a"])
    let undone = notebook.undo()
    #expect(undone?.text == "show a")
    #expect(try recipe(notebook) == "recipe \"t\", language: 1\n\nseed 7\nlet a = 1\n")
  }

  @Test func `values of the prompt get names`() throws {
    let notebook = try notebook([
      "seed 3", "let value1 = 2", "assert _1.seed < 4", "2 + 2; 1 + 1", "\"{_} and {_1.seed}\"",
      "out[4] * _4",
    ])
    #expect(
      try recipe(notebook) == """
        recipe "t", language: 1

        let value1_2 = seed 3
        let value1 = 2
        assert value1_2.seed < 4
        2 + 2;
        let value4 = 1 + 1
        "{value4} and {value1_2.seed}"
        value4 * value4

        """)
  }

  @Test func `a cell that uses the value of a cell left out is refused`() throws {
    let notebook = try notebook(["1 + 1", "_ * 2"])
    #expect {
      _ = try recipe(notebook, "2")
    } throws: {
      ($0 as? RecipeWriter.Refusal)?.message
        == "cell 2 uses the value of cell 1, which is not among the cells; add it"
    }
  }

  @Test func `a recipe that could not run is refused with what is wrong`() throws {
    let notebook = try notebook(["let a = 1", "show a"])
    #expect {
      _ = try recipe(notebook, "2")
    } throws: {
      ($0 as? RecipeWriter.Refusal)?.diagnostics.map(\.code) == ["E0501"]
    }
  }

  @Test func `headers of pasted recipes are kept once, parameters come first`() throws {
    let notebook = try notebook([
      "seed 1", "recipe \"mine\", language: 1\nparam n: int = 2\nshow n",
    ])
    #expect(
      try recipe(notebook)
        == "recipe \"mine\", language: 1\n\nparam n: int = 2\n\nseed 1\n\nshow n\n")
  }

  @Test func `a failed cell leaves the last value and the number of the cell alone`() throws {
    let notebook = try notebook(["40 + 2"])
    #expect(throws: RunFailure.self) { try notebook.run("1 / 0") }
    #expect(notebook.nextCell == 2)
    #expect(notebook.interpreter.environment["_"] == .int(42))
    #expect(notebook.names.isEmpty)
  }
}

@Suite struct CellRangeTests {
  private func chosen(_ text: String, of cells: [Int]) throws(CellRange.Refusal) -> [Int] {
    let range = try CellRange(text, of: cells)
    return cells.filter { range.contains($0) }
  }

  @Test(arguments: [
    ("4", [4]), ("4-6", [4, 5, 6]), ("4,6-8", [4, 6, 7, 8]), ("1 3", [1, 3]), ("7-", [7, 8]),
    ("-2", [1, 2]), ("8-99", [8]),
  ])
  func `one syntax names cells`(text: String, cells: [Int]) throws {
    #expect(try chosen(text, of: Array(1...8)) == cells)
  }

  @Test(arguments: [
    ("9", "there is no cell 9; the cells are 1-4, 6"),
    ("x", "\"x\" is no cell number; write 4, 4-6 or 4,6-8"),
    ("6-1", "\"6-1\" is no cell number; write 4, 4-6 or 4,6-8"),
    ("-", "\"-\" is no cell number; write 4, 4-6 or 4,6-8"),
    (",", "which cell? Write 4, 4-6 or 4,6-8"),
    ("99999999999999999999", "\"99999999999999999999\" is no cell number; write 4, 4-6 or 4,6-8"),
  ])
  func `what names no cell is refused in a sentence`(text: String, message: String) {
    #expect {
      _ = try chosen(text, of: [1, 2, 3, 4, 6])
    } throws: {
      ($0 as? CellRange.Refusal)?.message == message
    }
  }
}
