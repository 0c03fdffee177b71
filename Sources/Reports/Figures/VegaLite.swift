import Files
import Sessions

/// A figure as a Vega-Lite 5 specification, which JupyterLab, VS Code and GitHub's notebooks draw so that it can be
/// read point by point. Numbers that are not finite are left out, as in every other picture.
package struct VegaLite {
  /// The type under which notebooks keep it.
  package static let mediaType = "application/vnd.vegalite.v5+json"
  private static let schema = "https://vega.github.io/schema/vega-lite/v5.json"

  private let figure: Figure

  /// What a point's place is told by.
  private enum Axis: String {
    case x, y
  }

  package init(_ figure: Figure) { self.figure = figure }

  package var specification: JSONValue {
    var root: JSONObject = ["$schema": .string(Self.schema)]
    if !figure.title.isEmpty { root["title"] = .string(figure.title) }
    if let map = figure.heatMap {
      root["data"] = ["values": .array(cells(of: map))]
      root["mark"] = "rect"
      root["encoding"] = encoding(of: map)
    } else {
      root["data"] = ["values": .array(figure.series.flatMap(points))]
      root["layer"] = .array(drawings.map(layer))
    }
    return .object(root)
  }

  // MARK: Series

  private func points(of series: Figure.Series) -> [JSONValue] {
    series.points.filter { $0.x.isFinite && $0.y.isFinite }.map { point in
      ["series": .string(series.name), "x": .double(point.x), "y": .double(point.y)]
    }
  }

  /// Each way of drawing that a series asks for, once.
  private var drawings: [Figure.Series.Drawing] {
    var found: [Figure.Series.Drawing] = []
    for series in figure.series where !found.contains(series.drawing) {
      found.append(series.drawing)
    }
    return found
  }

  private func layer(of drawing: Figure.Series.Drawing) -> JSONValue {
    let names = figure.series.filter { $0.drawing == drawing }.map { JSONValue.string($0.name) }
    let mark: JSONValue =
      switch drawing {
      case .line, .intervals: "line"
      case .points: ["type": "point", "filled": true]
      case .bars: "bar"
      }
    let areNamed = !figure.categories.isEmpty
    var encoding: JSONObject = [
      "x": areNamed
        ? axis(.x, figure.x, labels: figure.categories) : quantity(.x, figure.x),
      "y": quantity(.y, figure.y),
    ]
    // a line through the points of each place
    if drawing == .intervals { encoding["detail"] = ["field": .string(Axis.x.rawValue)] }
    if figure.series.count > 1 {
      encoding["color"] = ["field": "series", "type": "nominal", "title": nil]
      if drawing == .bars, areNamed { encoding["xOffset"] = ["field": "series"] }
    }
    return [
      "transform": [["filter": ["field": "series", "oneOf": .array(names)]]], "mark": mark,
      "encoding": .object(encoding),
    ]
  }

  private func quantity(_ field: Axis, _ title: String) -> JSONValue {
    // bars begin at zero, and curves where they are
    let isBar = figure.series.contains { $0.drawing == .bars } && field == .y
    return [
      "field": .string(field.rawValue), "type": "quantitative", "title": .string(title),
      "scale": ["zero": .bool(isBar)],
    ]
  }

  // MARK: Heat maps

  private func cells(of map: Figure.HeatMap) -> [JSONValue] {
    map.values.enumerated().flatMap { row, values in
      values.enumerated().compactMap { column, value in
        guard let value, value.isFinite else { return nil }
        return ["x": .int(column + 1), "y": .int(row + 1), "value": .double(value)]
      }
    }
  }

  private func encoding(of map: Figure.HeatMap) -> JSONValue {
    [
      "x": axis(.x, figure.x, labels: map.columns), "y": axis(.y, nil, labels: map.rows),
      "color": ["field": "value", "type": "quantitative", "title": .string(figure.y)],
    ]
  }

  /// Places from 1, each with its label; labels may be equal to each other, and places are not.
  private func axis(_ field: Axis, _ title: String?, labels: [String]) -> JSONValue {
    let list = JSONValue.array(labels.map { .string($0) }).text()
    return [
      "field": .string(field.rawValue), "type": "ordinal",
      "title": title.map { .string($0) } ?? nil,
      "axis": ["labelExpr": .string("\(list)[datum.value - 1]")],
    ]
  }
}
