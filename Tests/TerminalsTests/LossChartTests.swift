import Terminals
import Testing

@Suite struct LossChartTests {
  private func points(_ losses: [Double]) -> [LossChart.Point] {
    losses.enumerated().map { .init(step: $0.offset + 1, loss: $0.element) }
  }

  @Test func `a straight fall runs from corner to corner`() {
    let chart = LossChart(training: points([4, 3, 2, 1]))
    #expect(
      chart.lines(columns: 20, rows: 2, isUnicode: false) == [
        "  4.000|******", "  1.000|     ******", "       +-----------", "        step 1    4",
        "        ** training",
      ])
  }

  @Test func `braille has eight dots a character`() {
    // 22 × 8 dots: three dots of width for every dot of height, drawn by Bresenham's rule
    let chart = LossChart(training: points([2, 1]))
    #expect(
      chart.lines(columns: 20, rows: 2) == [
        "  2.000┤⠉⠒⠢⠤⣀⡀", "  1.000┤     ⠈⠉⠒⠢⠤⣀", "       └───────────", "        step 1    2",
        "        ⠤⠤ training",
      ])
  }

  @Test func `validation losses are marked over the line`() {
    let chart = LossChart(
      training: points([4, 3, 2, 1]), validation: [.init(step: 4, loss: 2.5)])
    let lines = chart.lines(columns: 50, rows: 3, isUnicode: false)
    #expect(lines[1].last == "o")
    #expect(lines.last == "        ** training loss   o validation loss")
  }

  @Test func `one point and equal losses stand in the middle with one label`() {
    let one = LossChart(training: points([2])).lines(columns: 20, rows: 3, isUnicode: false)
    #expect(
      one == [
        "       |", "  2.000|     *", "       |", "       +-----------", "        step 1",
        "        ** training",
      ])
    let equal = LossChart(training: points([2, 2])).lines(columns: 20, rows: 3, isUnicode: false)
    #expect(equal[1] == "  2.000|***********")
  }

  @Test func `losses that are not finite are named, not drawn`() {
    let chart = LossChart(training: points([2, .nan, 1, .infinity]))
    #expect(
      chart.lines(columns: 60).last == "not drawn: 2 losses are not finite (steps 2, 4)")
    let none = LossChart(training: points([.nan]))
    #expect(none.lines(columns: 60) == ["not drawn: one loss is not finite (step 1)"])
    #expect(LossChart(training: []).lines(columns: 40).isEmpty)
  }

  @Test(arguments: [1, 20, 40, 80, 200, 1_000]) func `every width holds`(columns: Int) {
    let losses = (0..<500).map { 3 / Double($0 + 1) }
    let lines = LossChart(training: points(losses), validation: [.init(step: 500, loss: 1)])
      .lines(columns: columns)
    let widest = lines.map(DisplayWidth.of).max() ?? 0
    #expect(widest <= min(200, max(20, columns)))
  }
}
