/// What an expression or a command comes to.
package indirect enum Value: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  /// As a fraction: 10% is 0.1.
  case percent(Double)
  /// In seconds.
  case duration(Double)
  /// In bytes.
  case size(Int)
  case string(String)
  /// A bare word of the vocabulary, such as `nf4`.
  case word(String)
  case list([Value])
  case record(Record)
  case table(Table)

  /// The name of the value's type, as messages write it.
  package var typeName: String {
    switch self {
    case .none: "none"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .percent: "percent"
    case .duration: "duration"
    case .size: "size"
    case .string: "string"
    case .word: "word"
    case .list: "list"
    case .record: "record"
    case .table: "table"
    }
  }

  /// The value as a plain number: int, float and percent convert, nothing else does.
  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value), .percent(let value): value
    default: nil
    }
  }

  /// What it is compared by: its number, seconds or bytes.
  package var magnitude: Double? {
    switch self {
    case .duration(let seconds): seconds
    case .size(let bytes): Double(bytes)
    default: number
    }
  }

  package var isNaN: Bool { magnitude?.isNaN ?? false }

  /// The text of a string or a word.
  package var text: String? {
    switch self {
    case .string(let text), .word(let text): text
    default: nil
    }
  }
}

/// A thing of the session that a value stands for and that only the session knows: an adapter, a run.
package struct ObjectReference: Sendable, Equatable {
  package let kind: String
  package let id: Int

  package init(kind: String, id: Int) {
    self.kind = kind
    self.id = id
  }
}

/// Named values in order. A record may stand for an object of the session.
package struct Record: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package let name: String
    package var value: Value
  }

  package private(set) var fields: [Field] = []
  package var reference: ObjectReference?

  package init(_ fields: [(String, Value)] = [], reference: ObjectReference? = nil) {
    self.reference = reference
    for (name, value) in fields { self[name] = value }
  }

  package var names: [String] { fields.map(\.name) }

  package subscript(name: String) -> Value? {
    get { fields.first { $0.name == name }?.value }
    set {
      let index = fields.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): fields[index].value = value
      case (let index?, nil): fields.remove(at: index)
      case (nil, let value?): fields.append(Field(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

/// Records under labels: what `for` and `compare` give.
package struct Table: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let label: String
    package let record: Record

    package init(label: String, record: Record) {
      self.label = label
      self.record = record
    }
  }

  package let rows: [Row]
  /// What stands above the labels where the table is shown.
  package let heading: String

  package init(rows: [Row], heading: String = "run") {
    self.rows = rows
    self.heading = heading
  }

  /// Names of all fields, in the order in which rows bring them.
  package var columns: [String] {
    var names: [String] = []
    for row in rows {
      for name in row.record.names where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// The label of a run that has none of its own: `rank=8,lr=0.001`.
  package static func label(of values: [(name: String, value: Value)]) -> String {
    values.map { "\($0.name)=\($0.value.interpolated)" }.joined(separator: ",")
  }

  package func row(_ label: String) -> Row? { rows.first { $0.label == label } }

  /// The values of one field; `none` where a row has none.
  package func column(_ name: String) -> [Value] {
    rows.map { $0.record[name] ?? .none }
  }
}
