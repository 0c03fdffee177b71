import Files
import Reports
import Sessions
import TestSupport
import Testing

/// Figures for notebooks' own drawing.
@Suite struct VegaLiteTests {
  private func specification(_ figure: Figure) throws -> JSONValue {
    let value = VegaLite(figure).specification
    #expect(value["$schema"]?.string?.hasSuffix("/vega-lite/v5.json") == true)
    return value
  }

  @Test func `each way of drawing is a layer with its own series`() throws {
    let value = try specification(
      Figure(
        title: "loss", x: "step", y: "loss",
        series: [
          .init("training", .line, [.init(x: 1, y: 3), .init(x: 2, y: .nan), .init(x: 3, y: 2)]),
          .init("validation", .points, [.init(x: 2, y: 2.5)]),
        ]))
    let points = try #require(value["data"]?["values"]?.array)
    #expect(points.map { $0["x"]?.double } == [1, 3, 2], "what is not finite is left out")
    let layers = try #require(value["layer"]?.array)
    #expect(
      layers.map { $0["transform"]?.array?[0]["filter"]?["oneOf"] } == [
        ["training"], ["validation"],
      ])
    #expect(layers[0]["mark"] == "line" && layers[1]["mark"]?["type"] == "point")
    #expect(layers[0]["encoding"]?["x"]?["title"] == "step")
    #expect(layers[0]["encoding"]?["y"]?["scale"]?["zero"] == false)
    #expect(layers[0]["encoding"]?["color"]?["field"] == "series")
  }

  @Test func `bars lie side by side, and names may be equal or hostile`() throws {
    let names = ["one", "one", "\"]; alert(1)//", "</script>"]
    let value = try specification(
      Figure(
        x: "token", y: "probability",
        series: ["with", "without"].map { name in
          .init(name, .bars, names.indices.map { .init(x: Double($0 + 1), y: 0.25) })
        }, categories: names))
    let encoding = try #require(value["layer"]?.array?.first?["encoding"])
    #expect(encoding["xOffset"]?["field"] == "series" && encoding["y"]?["scale"]?["zero"] == true)
    let expression = try #require(encoding["x"]?["axis"]?["labelExpr"]?.string)
    #expect(expression.hasSuffix("[datum.value - 1]"))
    let list = expression.dropLast("[datum.value - 1]".count)
    #expect(try JSONValue(parsing: list.utf8) == .array(names.map { .string($0) }))
  }

  @Test func `a heat map has a cell for each number that it has`() throws {
    let value = try specification(
      Figure(
        x: "block", y: "norm",
        heatMap: .init(columns: ["0", "1"], rows: ["q", "v"], values: [[1, nil], [0.5, 2]])))
    let cells = try #require(value["data"]?["values"]?.array)
    #expect(
      cells == [
        ["x": 1, "y": 1, "value": 1.0], ["x": 1, "y": 2, "value": 0.5],
        ["x": 2, "y": 2, "value": 2.0],
      ])
    #expect(value["mark"] == "rect" && value["encoding"]?["color"]?["title"] == "norm")
  }
}
