import Diagnostics
import Files
import Notebooks
import Reports
import RecipeLanguage
import Sessions
import Testing

@Suite struct ExportTests {
  private func cells() throws(RunFailure) -> [Cell] {
    let notebook = Notebook()
    for cell in [
      "## # Title\n## More words", "seed 7", "1 + 1", "let a = 2", "1 + 1", "plot [3, 2, 1.5]",
      "show \"``` {a}\"",
    ] { try notebook.run(cell) }
    return notebook.cells
  }

  private func notebook() throws -> JSONValue {
    let file = IPythonNotebook.file(of: try cells(), seed: 7)
    return try JSONValue(parsing: file)
  }

  @Test func `the root of a notebook has what nbformat 4.5 asks for and nothing else`() throws {
    let root = try notebook()
    #expect(root.object?.keys == ["cells", "metadata", "nbformat", "nbformat_minor"])
    #expect(root["nbformat"]?.int == 4)
    #expect(root["nbformat_minor"]?.int == 5)
    #expect(root["metadata"]?["kernelspec"]?.object?.keys == ["display_name", "name"])
    #expect(root["metadata"]?["language_info"]?["name"]?.string == "skillet")
  }

  @Test func `cells have the keys of their type, and ids that differ`() throws {
    let cells = try #require(try notebook()["cells"]?.array)
    #expect(
      cells.map { $0["cell_type"]?.string } == ["markdown"] + Array(repeating: "code", count: 6))
    var ids: Set<String> = []
    for cell in cells {
      let isCode = cell["cell_type"]?.string == "code"
      #expect(
        cell.object?.keys
          == (isCode
            ? ["cell_type", "execution_count", "id", "metadata", "outputs", "source"]
            : ["cell_type", "id", "metadata", "source"]))
      let id = try #require(cell["id"]?.string)
      #expect((1...64).contains(id.count) && id.allSatisfy { $0.isHexDigit || $0 == "-" })
      #expect(ids.insert(id).inserted)
    }
  }

  @Test func `outputs have the keys of their type`() throws {
    let keys = [
      "stream": ["name", "output_type", "text"],
      "display_data": ["data", "metadata", "output_type"],
      "execute_result": ["data", "execution_count", "metadata", "output_type"],
    ]
    let outputs = try #require(try notebook()["cells"]?.array).flatMap {
      $0["outputs"]?.array ?? []
    }
    #expect(outputs.count == 5)
    for output in outputs {
      let kind = try #require(output["output_type"]?.string)
      #expect(output.object?.keys == keys[kind])
      if kind != "stream" { #expect(output["data"]?["text/plain"]?.array != nil) }
    }
    let picture = try #require(outputs.first { $0["data"]?["image/svg+xml"] != nil })
    #expect(picture["data"]?["application/vnd.vegalite.v5+json"]?["layer"] != nil)
  }

  @Test func `sources are lists of lines that keep their newlines`() throws {
    let source = try notebook()["cells"]?.array?.first?["source"]
    #expect(source == ["# Title\n", "More words"])
  }

  @Test func `two exports are the same bytes`() throws {
    let first = IPythonNotebook.file(of: try cells(), seed: 7)
    #expect(first == IPythonNotebook.file(of: try cells(), seed: 7))
  }

  @Test func `Markdown keeps prose, fences code and puts images beside itself`() throws {
    let document = MarkdownNotebook(try cells(), title: "my tune")
    #expect(document.text.hasPrefix("# Title\nMore words\n\n```skillet\nseed 7\n```\n"))
    #expect(document.text.contains("![value of cell 6](my%20tune-6.svg)"))
    #expect(document.text.contains("\n````text\n``` 2\n````\n"))
    #expect(document.images.map(\.name) == ["my tune-6.svg"])
  }

  /// What a model, a row of data or a recipe of someone else may say.
  private func hostileCells() throws(RunFailure) -> [Cell] {
    let text =
      #"<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))"#
    let notebook = Notebook()
    for cell in [
      "## " + text, "show \"" + text + #"\n```\n# x\u{1B}[2J""#,
      "let t = for x in [log(-1), 1] as \"{x}" + text + "\" { {loss: x} }",
      // tells of the row that it passes over
      "best(t, by: loss)",
    ] { try notebook.run(cell) }
    return notebook.cells
  }

  @Test func `what others wrote runs nothing in a document`() throws {
    let document = MarkdownNotebook(try hostileCells(), title: "<b>").text
    var fence: Substring?
    for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
      let mark = line.prefix { $0 == "`" }
      if let open = fence {
        if mark.count >= open.count, mark.count == line.count { fence = nil }
      } else if mark.count >= 3 {
        fence = mark
      } else {
        #expect(!line.contains("<script") && !line.contains("<img") && !line.contains("<b>"))
        #expect(!line.contains("](javascript") || line.contains("\\](javascript"))
        #expect(!line.hasPrefix("# x"))
      }
    }
    #expect(fence == nil && document.contains("&lt;script"))
    #expect(!document.contains("\u{1B}"))
    let notebook = IPythonNotebook.file(of: try hostileCells(), seed: 1)
    #expect(!notebook.contains("\u{1B}"))
    let parsed = try JSONValue(parsing: notebook)
    for cell in parsed["cells"]?.array ?? [] where cell["cell_type"]?.string == "markdown" {
      let source = (cell["source"]?.array ?? []).compactMap(\.string).joined()
      #expect(!source.contains("<script") && !source.contains("<img"))
    }
    for output in (parsed["cells"]?.array ?? []).flatMap({ $0["outputs"]?.array ?? [] }) {
      let kinds = Set(output["data"]?.object?.keys ?? [])
      #expect(kinds.isSubset(of: [MediaBundle.valueType, "text/markdown", "text/plain"]))
      let markdown = (output["data"]?["text/markdown"]?.array ?? []).compactMap(\.string).joined()
      #expect(!markdown.contains("<script") && !markdown.contains("<img"))
    }
  }

  @Test func `an image draws finite points only, and says how many are left out`() throws {
    let points = [4, .nan, 2, 1].enumerated().map {
      TrainingCurve.Point(step: $0 + 1, loss: $1)
    }
    let svg = try #require(FigureImage(TrainingCurve(losses: points, evaluations: []).figure).svg)
    #expect(svg.contains("points=\"56,28 434.7,198.7 624,284\""))
    #expect(!svg.contains("nan") && !svg.contains("circle"))
    #expect(svg.contains(">1 not finite, not drawn<") && svg.contains(">training loss<"))
    #expect(FigureImage(TrainingCurve(losses: [], evaluations: []).figure).svg == nil)
  }

  @Test func `names in an image are text, whatever they hold`() throws {
    let figure = Figure(
      x: "</text><script>", y: "a\"b",
      series: [Figure.Series("<img src=x>", .points, [.init(x: 1, y: 1)])])
    let svg = try #require(FigureImage(figure).svg)
    #expect(!svg.contains("<script") && !svg.contains("<img") && svg.contains("&lt;img"))
    #expect(svg.contains("<circle cx=\"340\" cy=\"156\""))
  }
}
