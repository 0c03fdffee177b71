/// The type, unit and range of an argument.
package indirect enum ArgumentType: Sendable {
  case int(ClosedRange<Int>)
  /// A number; the range is closed.
  case float(ClosedRange<Double>)
  case bool
  case string
  /// A file or folder.
  case path
  /// A share (10%) or a number of rows or steps.
  case percentOrInt
  case duration
  /// One of these words.
  case word([String])
  /// A list of words, or one; `all_linear` stands for all.
  case words([String])
  case list(ArgumentType)
  case record
  /// A record whose fields all have this type.
  case recordOf(ArgumentType)
  case table
  /// The name of a field: a bare name here is never a variable.
  case column
  /// Any of several types.
  case either([ArgumentType])
  case any

  /// How help and messages name it.
  package var description: String {
    switch self {
    case .int(let range): "int" + Self.text(range)
    case .float(let range): "float" + Self.text(range)
    case .bool: "true or false"
    case .string: "text in quotes"
    case .path: "path in quotes"
    case .percentOrInt: "percent or int"
    case .duration: "duration"
    case .word(let words): words.joined(separator: " | ")
    case .words(let words): "list of " + words.joined(separator: ", ")
    case .list(let element): "list of " + element.description
    case .record: "record"
    case .recordOf(let field): "record of " + field.description
    case .table: "table"
    case .column: "name of a field"
    case .either(let types): types.map(\.description).joined(separator: " or ")
    case .any: "any value"
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? " ≥ \(range.lowerBound)" : " \(range.lowerBound)..\(range.upperBound)"
  }

  private static func text(_ range: ClosedRange<Double>) -> String {
    range.upperBound == .infinity
      ? " ≥ \(NumberText.shortest(range.lowerBound))"
      : " \(NumberText.shortest(range.lowerBound))..\(NumberText.shortest(range.upperBound))"
  }

  /// The words that may stand here.
  package var words: [String] {
    switch self {
    case .word(let words), .words(let words): words
    case .list(let element): element.words
    case .either(let types): types.flatMap(\.words)
    case .bool: ["true", "false"]
    default: []
    }
  }
}
