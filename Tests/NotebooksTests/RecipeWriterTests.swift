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
      of: notebook.cells(in: range), among: notebook.cells, title: "t"
    ).text
  }

  @Test func `cells become a formatted recipe, without those that were undone`() throws {
    let notebook = try notebook(["seed   7", "let a=1", "show a", "show 2"])
    let undone = notebook.undo()
    #expect(undone?.text == "show 2")
    #expect(try recipe(notebook) == "recipe \"t\", language: 1\n\nseed 7\nlet a = 1\nshow a\n")
  }

  @Test func `values of the prompt get names`() throws {
    let notebook = try notebook([
      "seed 3", "let value1 = 2", "assert _1.seed < 4", "2 + 2; 1 + 1", "\"{_} and {_1.seed}\"",
      "out[4] * _4", "show value1",
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
        show value1

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

  @Test func `what was bound anew gets a name of its own in the recipe`() throws {
    let notebook = try notebook([
      "let a = 1", "let b = a + 1", "let a = b * 10", "\"{a} {b}\"", "let a = a + 1", "a",
    ])
    #expect(notebook.interpreter.environment["a"] == .int(21))
    #expect(
      try recipe(notebook) == """
        recipe "t", language: 1

        let a = 1
        let b = a + 1
        let a_2 = b * 10
        "{a_2} {b}"
        let a_3 = a_2 + 1
        a_3

        """)
    #expect {
      _ = try recipe(notebook, "1-2,4")
    } throws: {
      ($0 as? RecipeWriter.Refusal)?.obstacles.first
        == "cell 4 uses the value of cell 3, which is not among the cells; add it"
    }
  }

  @Test(arguments: ["let a = 2\nlet a = 3", "for a in [1] {\n  show a\n}", "param a: int = 3"])
  func `only a cell of its own binds a name anew`(cell: String) throws {
    let notebook = try notebook(["let a = 1"])
    #expect(throws: RunFailure.self) { try notebook.run(cell) }
    #expect(notebook.interpreter.environment["a"] == .int(1))
  }

  @Test func `a value computed from what was bound anew is stale`() throws {
    let notebook = try notebook(["let a = 1", "let b = a + 1", "let a = 5"])
    #expect(notebook.staleness.reason(of: "b") == "a bound anew in 3")
    #expect(notebook.staleness.reason(of: "a") == nil)
  }

  @Test func `the cells that work without the others are named`() throws {
    let notebook = try notebook(["1 + 1", "seed 3", "_1 * 2", "_3 + 1", "let a = 5"])
    #expect {
      _ = try recipe(notebook, "2-5")
    } throws: {
      ($0 as? RecipeWriter.Refusal)?.obstacles == [
        "cell 3 uses the value of cell 1, which is not among the cells; add it",
        ":save FILE 2,5 leaves that out",
      ]
    }
  }

  @Test func `pictures that nobody uses are left out`() throws {
    let notebook = try notebook(["plot [1, 2]", "seed 3", "plot [3, 4]; let a = 1", "show a"])
    let written = try RecipeWriter.recipe(
      of: notebook.cells, among: notebook.cells, title: "t")
    #expect(written.text == "recipe \"t\", language: 1\n\nseed 3\nlet a = 1\nshow a\n")
    #expect(written.cellCount == 3)
    #expect(written.leftOut.map(\.cell) == [1, 3])
    #expect(written.leftOut.map(\.what) == ["plot", "plot"])
  }

  @Test func `names that nobody reads are left out, those of what a run shows stay`() throws {
    let notebook = try notebook([
      "let a = 1", "let b = a + 1", "let c = seed 3", "let d = for n in [1, 2] { n * n }",
      "let e = (seed 4).seed", "plot [b, 2]",
    ])
    let written = try RecipeWriter.recipe(
      of: notebook.cells, among: notebook.cells, title: "t")
    #expect(
      written.text == """
        recipe "t", language: 1

        let c = seed 3
        let d = for n in [1, 2] {
          n * n
        }

        """)
    #expect(written.leftOut.map(\.what) == ["let a", "let b", "let e", "plot"])
  }

  @Test func `looks go without a gap, remarks and other statements of their cells stay`() throws {
    let notebook = try notebook([
      "let a = 1\nplot [1, 2]\n\nlet b = 2", "plot [1, 2];", "# why\nplot [1, 2]", "show a + b",
    ])
    #expect(
      try recipe(notebook) == """
        recipe "t", language: 1

        let a = 1
        let b = 2
        # why
        show a + b

        """)
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
        == "recipe \"mine\", language: 1\n\nparam n: int = 2\n\nseed 1\nshow n\n")
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
