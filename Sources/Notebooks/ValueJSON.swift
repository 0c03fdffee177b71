import Files
import RecipeLanguage

extension JSONValue {
  /// A value of the language; percents are fractions, durations seconds, sizes bytes, and a number that is
  /// none a string.
  package init(_ value: RecipeLanguage.Value) {
    self =
      switch value {
      case .none: .null
      case .bool(let flag): .bool(flag)
      case .int(let number), .size(let number): .int(number)
      case .float(let number), .percent(let number), .duration(let number):
        number.isFinite ? .double(number) : .string(number.isNaN ? "NaN" : "\(number)")
      case .string(let text), .word(let text): .string(text)
      case .list(let values): .array(values.map { JSONValue($0) })
      case .record(let record): .object(JSONObject(record))
      case .table(let table):
        .array(
          table.rows.map { row in
            var object = JSONObject()
            object["name"] = .string(row.label)
            object.add(row.record)
            return .object(object)
          })
      }
  }
}

extension JSONObject {
  fileprivate init(_ record: Record) {
    self.init()
    add(record)
  }

  fileprivate mutating func add(_ record: Record) {
    for field in record.fields { self[field.name] = JSONValue(field.value) }
  }
}

extension Value {
  /// What a JSON text says, without units.
  init(_ json: JSONValue) {
    self =
      switch json {
      case .null: .none
      case .bool(let flag): .bool(flag)
      case .int(let number): .int(number)
      case .double(let number): .float(number)
      case .digits(let text): .float(Double(text) ?? .nan)
      case .string(let text): .string(text)
      case .array(let elements): .list(elements.map { Value($0) })
      case .object(let object):
        .record(Record(object.members.map { ($0.key, Value($0.value)) }))
      }
  }
}
