import RecipeLanguage

/// Pictures of a table whose rows are runs: one column over another, a line for each value of a third, or a colour for
/// each pair of two. Rows at one place, such as those of several seeds, are drawn as their mean and their range.
package struct TableFigure {
  /// Which row is the one to choose.
  package enum Choice: String, CaseIterable, Sendable {
    case lowest, highest
  }

  /// A column that cannot be drawn as numbers.
  package struct Refusal: Error {
    package let column: String
    /// Whether the table has it at all.
    package let isThere: Bool
  }

  /// What the labels of rows are called where no column has that name.
  private static let labels = "name"

  private let table: Table
  private let choice: Choice?

  package init(_ table: Table, choosing choice: Choice? = nil) {
    (self.table, self.choice) = (table, choice)
  }

  /// The columns of which every row has a number; durations count in seconds, and sizes in bytes.
  package var measured: [String] {
    table.columns.filter { name in table.column(name).allSatisfy { $0.magnitude != nil } }
  }

  /// - Parameters:
  ///   - y: a column of numbers.
  ///   - x: any column; where it is no column of numbers, its values are names, and y are bars. nil is the numbers
  ///     of the rows.
  ///   - groups: the column of which each value has a line of its own.
  package func curves(
    of y: String, over x: String?, by groups: String?
  ) throws(Refusal) -> Figure {
    let heights = try numbers(y)
    let (places, categories) = try places(x)
    let names = try groups.map { column throws(Refusal) in try self.names(column) }
    let samples = heights.indices.map { row in
      Sample(group: names?[row] ?? y, place: places[row], value: heights[row])
    }
    let cells = Self.cells(samples).sorted { ($0.place, $0.value) < ($1.place, $1.value) }
    let areMeans = cells.count < samples.count
    var series = Self.distinct(samples.map(\.group)).map { group in
      Figure.Series(
        group, categories.isEmpty ? .line : .bars,
        cells.filter { $0.group == group }.map { Figure.Point(x: $0.place, y: $0.value) })
    }
    let chosen = chosen(of: cells)
    if categories.isEmpty {
      series += intervals(of: cells)
      if let (choice, cell) = chosen {
        series.append(
          Figure.Series(choice.rawValue, .points, [Figure.Point(x: cell.place, y: cell.value)]))
      }
    }
    let title = chosen.map { choice, cell in
      let place =
        categories.isEmpty ? NumberText.shortest(cell.place) : categories[cell.index]
      return Self.title(
        choice, y, cell.value,
        at: [(x ?? Plot.places, place)] + (groups.map { [($0, cell.group)] } ?? []))
    }
    return Figure(
      title: title ?? "", x: x ?? Plot.places, y: areMeans ? "\(y), mean" : y, series: series,
      categories: categories)
  }

  /// - Parameters:
  ///   - measure: a column of numbers, whose mean each place shows.
  ///   - x, y: any columns; each of their values is a column and a row of the picture.
  package func heatMap(of measure: String, x: String, y: String) throws(Refusal) -> Figure {
    let values = try numbers(measure)
    let (columnNames, rowNames) = (try names(x), try names(y))
    let (columns, rows) = (Self.distinct(columnNames), Self.distinct(rowNames))
    let places = Self.places(of: columnNames, among: columns)
    let samples = values.indices.map { row in
      Sample(group: rowNames[row], place: places[row], value: values[row])
    }
    let cells = Self.cells(samples)
    let title = chosen(of: cells).map { choice, cell in
      Self.title(choice, measure, cell.value, at: [(x, columns[cell.index]), (y, cell.group)])
    }
    return Figure(
      title: title ?? "", x: x, y: cells.count < samples.count ? "\(measure), mean" : measure,
      heatMap: Figure.HeatMap(
        columns: columns, rows: rows,
        values: rows.map { row in
          columns.indices.map { column in
            cells.first { $0.group == row && $0.index == column }?.value
          }
        }))
  }

  // MARK: - Rows at one place

  private struct Sample {
    let group: String
    let place: Double
    let value: Double
  }

  /// The rows of one group at one place.
  private struct Cell {
    let group: String
    let place: Double
    /// The mean.
    let value: Double
    /// nil where there is one row.
    let range: ClosedRange<Double>?

    /// Which of the names it is, where places are names.
    var index: Int { Int(place) - 1 }
  }

  private static func cells(_ samples: [Sample]) -> [Cell] {
    var order: [(group: String, place: Double)] = []
    for sample in samples where !order.contains(where: { $0 == (sample.group, sample.place) }) {
      order.append((sample.group, sample.place))
    }
    return order.map { key in
      let values = samples.filter { ($0.group, $0.place) == key }.map(\.value)
      let (low, high) = (values.min() ?? .nan, values.max() ?? .nan)
      return Cell(
        group: key.group, place: key.place, value: values.reduce(0, +) / Double(values.count),
        range: values.count > 1 && low <= high ? low...high : nil)
    }
  }

  private func intervals(of cells: [Cell]) -> [Figure.Series] {
    let points = cells.flatMap { cell in
      cell.range.map { range in
        [range.lowerBound, range.upperBound].map { Figure.Point(x: cell.place, y: $0) }
      } ?? []
    }
    return points.isEmpty ? [] : [Figure.Series("range", .intervals, points)]
  }

  /// The best of the cells that are numbers.
  private func chosen(of cells: [Cell]) -> (Choice, Cell)? {
    let sound = cells.filter(\.value.isFinite)
    guard let choice else { return nil }
    let best =
      switch choice {
      case .lowest: sound.min { $0.value < $1.value }
      case .highest: sound.max { $0.value < $1.value }
      }
    return best.map { (choice, $0) }
  }

  private static func title(
    _ choice: Choice, _ measure: String, _ value: Double, at places: [(name: String, value: String)]
  ) -> String {
    "\(choice.rawValue) \(measure): \(NumberText.significant(value)), "
      + places.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }

  // MARK: - Columns

  /// Where each row stands, and the names of the places 1, 2, … where they are no numbers.
  private func places(_ x: String?) throws(Refusal) -> (places: [Double], categories: [String]) {
    guard let x else { return (table.rows.indices.map { Double($0 + 1) }, []) }
    if let numbers = try? numbers(x) { return (numbers, []) }
    let names = try names(x)
    let categories = Self.distinct(names)
    return (Self.places(of: names, among: categories), categories)
  }

  private func numbers(_ column: String) throws(Refusal) -> [Double] {
    let values = table.column(column).compactMap(\.magnitude)
    guard !values.isEmpty, values.count == table.rows.count else {
      throw Refusal(column: column, isThere: table.columns.contains(column))
    }
    return values
  }

  private func names(_ column: String) throws(Refusal) -> [String] {
    if table.columns.contains(column) { return table.column(column).map { Self.name(of: $0) } }
    guard column == Self.labels else { throw Refusal(column: column, isThere: false) }
    return table.rows.map(\.label)
  }

  /// A value as a name: no two numbers have the same.
  private static func name(of value: Value) -> String {
    if case .float(let number) = value { NumberText.shortest(number) } else { value.display }
  }

  /// Each name once, in the order in which they come.
  private static func distinct(_ names: [String]) -> [String] {
    names.reduce(into: []) { found, name in if !found.contains(name) { found.append(name) } }
  }

  /// The places of names, counted from 1.
  private static func places(of names: [String], among all: [String]) -> [Double] {
    let places = Dictionary(uniqueKeysWithValues: zip(all, 1...))
    return names.map { Double(places[$0] ?? 0) }
  }
}
