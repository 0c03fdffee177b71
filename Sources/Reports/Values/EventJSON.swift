import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Sessions

/// Events as JSON objects, one a line, with numbers at full precision.
package enum EventJSON {
  package static func value(_ event: ValueEvent) -> JSONValue { object("value", event) }

  /// What a command would give; null where only a run knows that.
  package static func plan(_ event: ValueEvent) -> JSONValue { object("plan", event) }

  private static func object(_ kind: String, _ event: ValueEvent) -> JSONValue {
    var object = JSONObject()
    object["event"] = .string(kind)
    object["cell"] = .int(event.cell)
    object["line"] = .int(event.line)
    object["verb"] = event.verb.map { .string($0) } ?? .null
    object["name"] = event.name.map { .string($0) } ?? .null
    object["value"] = JSONValue(event.value)
    return .object(object)
  }

  package static func diagnostic(_ diagnostic: Diagnostic) -> JSONValue {
    let place = diagnostic.source.position(at: diagnostic.range.lowerBound)
    var object = JSONObject()
    object["event"] = "diagnostic"
    object["code"] = .string(diagnostic.code)
    object["severity"] = .string(diagnostic.severity.rawValue)
    object["message"] = .string(diagnostic.message)
    object["file"] = .string(diagnostic.source.name)
    object["line"] = .int(place.line)
    object["column"] = .int(place.column)
    object["help"] = diagnostic.help.map { .string($0) } ?? .null
    object["notes"] = .array(diagnostic.notes.map { .string($0) })
    return .object(object)
  }

  package static func progress(_ progress: Progress) -> JSONValue {
    var object = JSONObject()
    object["event"] = "progress"
    object["verb"] = .string(progress.verb)
    object["done"] = .int(progress.done)
    object["total"] = .int(progress.total)
    object["unit"] = .string(progress.unit)
    object["loss"] = progress.loss.map { .double($0) } ?? .null
    object["tokens_per_second"] = progress.tokensPerSecond.map { .double($0) } ?? .null
    object["seconds"] = .double(progress.seconds)
    object["seconds_left"] = progress.secondsLeft.map { .double($0) } ?? .null
    object["peak_memory"] = .int(progress.memory)
    return .object(object)
  }

  package static func text(_ text: String) -> JSONValue {
    ["event": "text", "text": .string(text)]
  }

  package static func figure(_ figure: Figure) -> JSONValue {
    var object = JSONObject()
    object["event"] = "figure"
    if !figure.title.isEmpty { object["title"] = .string(figure.title) }
    object["x"] = .string(figure.x)
    object["y"] = .string(figure.y)
    if let map = figure.heatMap {
      object["columns"] = .array(map.columns.map { .string($0) })
      object["rows"] = .array(map.rows.map { .string($0) })
      object["values"] = .array(
        map.values.map { row in .array(row.map { $0.map { JSONValue(.float($0)) } ?? .null }) })
      return .object(object)
    }
    if !figure.categories.isEmpty {
      object["categories"] = .array(figure.categories.map { .string($0) })
    }
    object["series"] = .array(
      figure.series.map { series in
        [
          "name": .string(series.name), "drawing": .string(series.drawing.rawValue),
          "points": .array(
            series.points.map { .array([JSONValue(.float($0.x)), JSONValue(.float($0.y))]) }),
        ]
      })
    return .object(object)
  }

  package static func notice(_ text: String) -> JSONValue {
    ["event": "notice", "text": .string(text)]
  }

  package static func prose(_ text: String) -> JSONValue {
    ["event": "prose", "text": .string(text)]
  }

  /// The runs of a sweep, a row each.
  package static func sweep(_ runs: Table) -> JSONValue {
    ["event": "sweep", "runs": JSONValue(.table(runs))]
  }

  /// What became of the new value of an expectation.
  ///
  /// - Parameters:
  ///   - new: nil where none can be recorded, for this reason.
  package static func expectation(
    file: String, line: Int, subject: String, old: String?, new: String?, decision: String,
    reason: String? = nil
  ) -> JSONValue {
    var object = JSONObject()
    object["event"] = "expectation"
    object["file"] = .string(file)
    object["line"] = .int(line)
    object["subject"] = .string(subject)
    object["old"] = old.map { .string($0) } ?? .null
    object["new"] = new.map { .string($0) } ?? .null
    object["decision"] = .string(decision)
    object["reason"] = reason.map { .string($0) } ?? .null
    return .object(object)
  }

  package static func done(isGood: Bool, seconds: Double) -> JSONValue {
    ["event": "done", "ok": .bool(isGood), "seconds": .double(seconds)]
  }
}
