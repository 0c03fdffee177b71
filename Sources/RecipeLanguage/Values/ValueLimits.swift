import Diagnostics

/// How much a value may hold, so that a few lines that double something end with an error and not with
/// the memory of the machine.
package enum ValueLimits {
  /// Bytes of a text.
  package static let bytes = 16 << 20
  /// Elements, fields and rows of a value with all that is in them.
  package static let elements = 200_000
  /// Combinations of the values that a loop goes over.
  package static let combinations = 10_000
}

extension Evaluator {
  func bounded(_ value: Value, at range: SourceRange) throws(EvaluationError) -> Value {
    var room = (elements: ValueLimits.elements, bytes: ValueLimits.bytes)
    guard !value.takes(&room) else { return value }
    throw EvaluationError(
      "E0504",
      "the value holds more than \(ValueLimits.elements) elements or \(ValueLimits.bytes >> 20) MB",
      at: range)
  }
}

extension Value {
  /// Takes what the value holds from the room that is left; false if it does not suffice.
  fileprivate func takes(_ room: inout (elements: Int, bytes: Int)) -> Bool {
    room.elements -= 1
    switch self {
    case .string(let text), .word(let text): room.bytes -= text.utf8.count
    case .list(let values): guard values.allSatisfy({ $0.takes(&room) }) else { return false }
    case .record(let record):
      guard record.fields.allSatisfy({ $0.value.takes(&room) }) else { return false }
    case .table(let table):
      for row in table.rows where !Value.record(row.record).takes(&room) { return false }
    default: break
    }
    return room.elements >= 0 && room.bytes >= 0
  }
}
