/// What is known of a value before anything runs.
package indirect enum StaticType: Sendable, Equatable {
  case unknown
  case none, bool, int, float, percent, duration, size, string, word
  case list(StaticType)
  /// Fields in order; an open record may have more.
  case record([Field], isOpen: Bool)
  case table([Field], isOpen: Bool)

  package struct Field: Sendable, Equatable {
    package let name: String
    package let type: StaticType
  }

  /// The type of a value that is known.
  init(of value: Value) {
    switch value {
    case .none: self = .none
    case .bool: self = .bool
    case .int: self = .int
    case .float: self = .float
    case .percent: self = .percent
    case .duration: self = .duration
    case .size: self = .size
    case .string: self = .string
    case .word: self = .word
    case .list(let values): self = .list(Self.common(values.map { StaticType(of: $0) }))
    case .record(let record): self = .record(Self.fields(of: record), isOpen: false)
    case .table(let table):
      let fields = table.rows.first.map { Self.fields(of: $0.record) } ?? []
      self = .table(fields, isOpen: true)
    }
  }

  private static func fields(of record: Record) -> [Field] {
    record.fields.map { Field(name: $0.name, type: StaticType(of: $0.value)) }
  }

  /// The type that a declaration writes as a word.
  init(named name: String) {
    switch name {
    case "bool": self = .bool
    case "int": self = .int
    case "float": self = .float
    case "percent": self = .percent
    case "duration": self = .duration
    case "size": self = .size
    case "string": self = .string
    case "word": self = .word
    case "list": self = .list(.unknown)
    case "table": self = .table([], isOpen: true)
    case "record": self = .record([], isOpen: true)
    default: self = .unknown
    }
  }

  /// What a command gives.
  init(of verb: VerbDeclaration) {
    if verb.fields.count == 1, let field = verb.fields.first, field.type == "table" {
      self = .table([], isOpen: true)
    } else if verb.fields.isEmpty {
      self = .unknown
    } else {
      let fields = verb.fields.map { Field(name: $0.name, type: StaticType(named: $0.type)) }
      self = .record(fields, isOpen: verb.hasOpenFields)
    }
  }

  /// The one type of all, numbers of several kinds counting as float.
  static func common(_ types: [StaticType]) -> StaticType {
    guard let first = types.first else { return .unknown }
    if types.allSatisfy({ $0 == first }) { return first }
    return types.allSatisfy(\.isNumber) ? .float : .unknown
  }

  var isNumber: Bool { self == .int || self == .float || self == .percent }

  /// Whether values of both can be ordered and added.
  var quantity: String? {
    switch self {
    case .int, .float, .percent: "number"
    case .duration: "duration"
    case .size: "size"
    default: nil
    }
  }

  /// The type's name in messages.
  package var name: String {
    switch self {
    case .unknown: "value"
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

  /// The fields of a record or the columns of a table.
  package var fields: [Field] {
    switch self {
    case .record(let fields, _), .table(let fields, _): fields
    default: []
    }
  }

  /// A value of the type, for asking an argument whether it takes such values.
  var example: Value? {
    switch self {
    case .unknown, .none: nil
    case .bool: .bool(true)
    case .int: .int(1)
    case .float: .float(1)
    case .percent: .percent(0.5)
    case .duration: .duration(1)
    case .size: .size(1)
    case .string: .string("text")
    case .word: .word("word")
    case .list: .list([])
    case .record: .record(Record())
    case .table: .table(Table(rows: []))
    }
  }
}
