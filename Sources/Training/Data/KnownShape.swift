import Files
import Tokenizers

/// Rows of data that many have, whose columns go by names of their own: what they are read as where a recipe
/// does not say it.
struct KnownShape {
  let name: String
  let format: DatasetFormat
  /// The parts of the format to the keys that play them.
  let columns: [String: String]
  /// What is said of the reading, beside the columns.
  let remark: String?
  /// Whether a row is one of these.
  let matches: @Sendable (JSONObject) -> Bool

  static let all: [KnownShape] = [
    KnownShape(
      name: "dolly", format: .alpaca, columns: ["input": "context", "output": "response"],
      remark: nil
    ) { row in
      ["instruction", "context", "response"].allSatisfy { row[$0] != nil }
    },
    KnownShape(
      name: "preferences", format: .messages, columns: ["messages": "chosen"],
      remark: "the rejected conversations are not learnt"
    ) { row in
      row["rejected"] != nil && row["chosen"].map(isWhole) ?? false
    },
    KnownShape(
      name: "preferences", format: .promptCompletion, columns: ["completion": "chosen"],
      remark: "the rejected replies are not learnt"
    ) { row in
      ["prompt", "chosen", "rejected"].allSatisfy { row[$0] != nil }
    },
    gemini(system: "systemInstruction", not: "system_instruction"),
    gemini(system: "system_instruction", not: "systemInstruction"),
  ]

  /// Rows of Gemini's, in either of the two spellings of its keys.
  private static func gemini(system: String, not other: String) -> KnownShape {
    KnownShape(
      name: "Gemini's contents", format: .messages,
      columns: ["messages": "contents", "system": system], remark: nil
    ) { row in
      row[other] == nil && row["contents"].map(TurnKeys.areTurns) ?? false
    }
  }

  /// Whether turns begin with what is said to the model.
  private static func isWhole(_ value: JSONValue) -> Bool {
    guard TurnKeys.areTurns(value), let first = value.array?.first?.object,
      let keys = TurnKeys.pair(of: first), let role = first[keys.role]?.string
    else { return false }
    return TurnKeys.roles[role.lowercased()] != .assistant
  }

  /// The columns as a recipe would name them.
  var mapping: ColumnMapping {
    var mapping = ColumnMapping()
    mapping.names = columns
    return mapping
  }

  /// For people.
  var statement: String {
    let parts = columns.sorted { $0.key < $1.key }.map { "\($0.value) as \($0.key)" }
    let reading = "rows of \(name) are read as \(format.rawValue): \(parts.joined(separator: ", "))"
    return remark.map { "\(reading); \($0)" } ?? reading
  }
}
