import Diagnostics
import Reports
import Sessions
import Testing

@Suite struct FigureTextTests {
  private func series(_ values: [Double], _ name: String = "training loss") -> Figure.Series {
    Figure.Series(
      name, .line, values.enumerated().map { .init(x: Double($0.offset + 1), y: $0.element) })
  }

  private func lines(
    _ series: Figure.Series..., columns: Int, rows: Int = 8, isUnicode: Bool = true
  ) -> [String] {
    FigureText(
      Figure(x: "step", y: "loss", series: series),
      on: TextPage(columns: columns, isUnicode: isUnicode)
    ).lines(rows: rows)
  }

  @Test func `a straight fall runs from corner to corner`() {
    #expect(
      lines(series([4, 3, 2, 1]), columns: 24, rows: 2, isUnicode: false) == [
        "  4.000|********", "  1.000|       ********", "       +---------------",
        "        step 1        4", "        ** training loss",
      ])
  }

  @Test func `braille has eight dots a character`() {
    // 22 × 8 dots: three dots of width for every dot of height, drawn by Bresenham's rule
    #expect(
      lines(series([2, 1]), columns: 20, rows: 2) == [
        "  2.000┤⠉⠒⠢⠤⣀⡀", "  1.000┤     ⠈⠉⠒⠢⠤⣀", "       └───────────", "        step 1    2",
        "        ⠤⠤ training…",
      ])
  }

  @Test func `numbers that are near have as many digits as tell them apart`() {
    let labels = lines(series([1.3942, 1.39415, 1.3941]), columns: 30).prefix(8).map {
      $0.prefix(7)
    }
    #expect(labels[0] == "1.39420" && labels[7] == "1.39410", "\(labels)")
    #expect(Set(labels).count == 4, "three numbers and none: \(labels)")
  }

  @Test func `points are marked over the lines`() {
    let validation = Figure.Series("validation loss", .points, [.init(x: 4, y: 2.5)])
    let lines = lines(
      series([4, 3, 2, 1]), validation, columns: 50, rows: 3, isUnicode: false)
    #expect(lines[1].last == "o")
    #expect(lines.last == "        ** training loss   o validation loss")
  }

  @Test func `lines of one picture differ without colours, by gaps or by letters`() {
    let (slow, fast) = (series([3, 3, 3, 3], "slow"), series([1, 1, 1, 1], "fast"))
    let braille = lines(slow, fast, columns: 30, rows: 2)
    #expect(braille[0].filter { $0 == "⠉" }.count == 21)
    #expect(braille[1].contains("⣀⣀  ⣀⣀"))
    #expect(braille.last == "        ⠤⠤ slow   ⠤ ⠤ fast")
    let letters = lines(slow, fast, columns: 30, rows: 2, isUnicode: false)
    #expect(letters[0].contains("*****") && letters[1].contains("+++++"))
    #expect(letters.last == "        ** slow   ++ fast")
  }

  @Test func `a series has its colour in the plot and in the legend`() {
    let figure = Figure(
      x: "x", y: "y", series: [series([1, 2], "a"), series([2, 1], "b")])
    let lines = FigureText(figure, on: TextPage(columns: 30, style: .colored)).lines(rows: 3)
    for role in [TextStyle.Role.good, .warning] {
      let mark = TextStyle.colored(role, "·").prefix { $0 != "·" }
      #expect(lines.dropLast().joined().contains(mark) && lines.last?.contains(mark) == true)
    }
  }

  @Test func `one point and equal values stand in the middle with one label`() {
    #expect(
      lines(series([2]), columns: 24, rows: 3, isUnicode: false) == [
        "       |", "  2.000|       *", "       |", "       +---------------", "        step 1",
        "        ** training loss",
      ])
    let equal = lines(series([2, 2]), columns: 20, rows: 3, isUnicode: false)
    #expect(equal[1] == "  2.000|***********")
  }

  @Test func `values that are not finite are named, not drawn`() {
    #expect(
      lines(series([2, .nan, 1, .infinity]), columns: 60).last
        == "not drawn: 2 values of loss are not finite (step 2, 4)")
    #expect(
      lines(series([.nan]), columns: 60) == ["not drawn: one loss is not finite (step 1)"])
    #expect(lines(series([]), columns: 40).isEmpty)
  }

  @Test(arguments: [1, 20, 40, 80, 200, 1_000]) func `every width holds`(columns: Int) {
    let losses = (0..<500).map { 3 / Double($0 + 1) }
    let validation = Figure.Series("validation loss", .points, [.init(x: 500, y: 1)])
    let lines = lines(series(losses), validation, columns: columns)
    let widest = lines.map { DisplayWidth.of($0) }.max() ?? 0
    #expect(widest <= min(200, max(20, columns)))
  }

  @Test func `bars with names lie one below the other, the longest as long as there is room`() {
    let figure = Figure(x: "token", y: "probability", bars: [(" the", 0.5), ("a", 0.25), ("b", 0)])
    let ascii = FigureText(figure, on: TextPage(columns: 40, isUnicode: false)).lines()
    #expect(
      ascii == [
        " the |************************ 0.500", "a    |************ 0.250", "b    | 0",
        "* probability",
      ])
    let unicode = FigureText(figure, on: TextPage(columns: 40)).lines()
    #expect(unicode[1] == "a    │████████████ 0.250")
  }

  @Test func `two bars of one name differ without colours`() {
    let points = [Figure.Point(x: 1, y: 1)]
    let figure = Figure(
      x: "x", y: "y", series: [.init("a", .bars, points), .init("b", .bars, points)],
      categories: ["one"])
    let lines = FigureText(figure, on: TextPage(columns: 30)).lines()
    #expect(lines[0].contains("███") && lines[1].contains("▒▒▒"))
    #expect(lines[2] == "█ a   ▒ b")
  }

  @Test func `a histogram stands on zero`() {
    let bars = Figure.Series(
      "counts", .bars, [1, 4, 2].enumerated().map { .init(x: Double($0.offset), y: $0.element) })
    let lines = lines(bars, columns: 24, rows: 4, isUnicode: false)
    #expect(lines[0] == "  4.000|    *******")
    #expect(lines[3] == "      0|***************")
    #expect(lines.last == "        * counts")
  }

  @Test func `a heat map is darker where its number is larger`() {
    let map = Figure.HeatMap(
      columns: ["0", "1", "2"], rows: ["q", "v"], values: [[0, 1, 2], [4, nil, .nan]])
    let lines = FigureText(
      Figure(title: "norms", x: "block", y: "norm", heatMap: map),
      on: TextPage(columns: 30, isUnicode: false)
    ).lines()
    #expect(
      lines == [
        "norms", "q ... --- +++", "v ###", "  block 0    2", "norm: . 0  # 4.000",
      ])
  }

  @Test(arguments: [20, 40, 80]) func `bars and heat maps keep to every width`(columns: Int) {
    let names = (0..<40).map { "a long name \($0)" }
    let map = Figure.HeatMap(
      columns: names, rows: names, values: names.map { _ in names.indices.map { Double($0) } })
    let figures = [
      Figure(title: String(repeating: "t", count: 200), x: "x", y: "y", heatMap: map),
      Figure(x: "x", y: "y", bars: names.map { ($0, 1) }),
    ]
    for figure in figures {
      let widths = FigureText(figure, on: TextPage(columns: columns)).lines().map {
        DisplayWidth.of($0)
      }
      #expect((widths.max() ?? 0) <= columns)
    }
  }

  @Test func `a heat map of few columns has its numbers and names`() {
    let map = Figure.HeatMap(
      columns: ["2", "16"], rows: ["q", "all"], values: [[2.5, 1.75], [nil, 0.75]])
    let lines = FigureText(
      Figure(title: "lowest loss: 0.7500", x: "rank", y: "loss", heatMap: map),
      on: TextPage(columns: 40, isUnicode: false)
    ).lines()
    #expect(
      lines == [
        "lowest loss: 0.7500", "  q ## 2.50     ++ 1.75", "all             .. 0.750",
        "    2           16          rank", "loss: . 0.7500  # 2.500",
      ])
  }

  @Test func `an interval is a stroke between its two points`() {
    let range = Figure.Series(
      "range", .intervals,
      [.init(x: 1, y: 1), .init(x: 1, y: 4), .init(x: 2, y: 1), .init(x: 2, y: 1)])
    let lines = lines(range, columns: 24, rows: 4, isUnicode: false)
    #expect(lines.prefix(3).allSatisfy { $0.dropFirst(8) == "*" })
    #expect(lines[3].dropFirst(8) == "*" + String(repeating: " ", count: 13) + "*")
  }
}
