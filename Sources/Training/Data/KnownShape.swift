import Files
import Tokenizers

/// Rows of data that many have, whose columns go by names of their own: what they are read as where a recipe
/// does not say it.
struct KnownShape: Sendable {
  let name: String
  let format: DatasetFormat
  /// The parts of the format to the keys that play them.
  let columns: [String: String]
  /// What is said of the reading, beside the columns.
  let remark: String?
  /// Whether a row is one of these.
  let matches: @Sendable (JSONObject) -> Bool
  /// The row with the keys of `columns`, and of the format, where it has its parts elsewhere.
  var rewriting: (@Sendable (JSONObject) throws(RowRejection) -> JSONObject)?

  static let all: [KnownShape] = [
    KnownShape(
      name: "dolly", format: .alpaca, columns: ["input": "context", "output": "response"],
      remark: nil
    ) { row in
      ["instruction", "context", "response"].allSatisfy { row[$0] != nil }
    },
    KnownShape(
      name: "preferences in one text (\"\\n\\nHuman: …\\n\\nAssistant: …\")",
      format: .promptCompletion, columns: [:],
      remark:
        "the turns that chosen and rejected share are read, the rest of chosen is learnt, and "
        + "the rest of rejected is not",
      matches: PreferenceRow.isText, rewriting: PreferenceRow.pair(ofText:)),
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
    KnownShape(
      name: "Gemini's contents", format: .messages,
      columns: ["messages": "contents", "system": GeminiRow.system], remark: nil,
      matches: { $0["contents"].map(TurnKeys.areTurns) ?? false },
      rewriting: GeminiRow.withOneSpelling),
    KnownShape(
      name: "logged conversations", format: .sharegpt, columns: ["conversations": "conversation"],
      remark: nil
    ) { row in
      row["conversation"].map(TurnKeys.areTurns) ?? false
    },
    KnownShape(
      name: "conversations of inputs and outputs", format: .messages, columns: [:],
      remark: "each input is a user's turn, and each output is learnt",
      matches: PairedTurns.areIn, rewriting: PairedTurns.asMessages),
    KnownShape(
      name: "conversations of texts", format: .messages, columns: [:],
      remark: "the first text is the user's, the second the reply to it, and so on",
      matches: AlternatingTexts.areIn, rewriting: AlternatingTexts.asMessages),
    KnownShape(
      name: "Glaive's function calls", format: .messages, columns: [:],
      remark:
        "USER:, ASSISTANT: and FUNCTION RESPONSE: begin turns, and <|endoftext|> behind a reply is "
        + "its end",
      matches: GlaiveRow.matches, rewriting: GlaiveRow.asMessages),
    KnownShape(
      name: "OpenAI's preferences", format: .promptCompletion, columns: [:],
      remark:
        "the messages of input are read, preferred_output is learnt, and non_preferred_output "
        + "is not",
      matches: PreferenceRow.isOpenAI, rewriting: PreferenceRow.pair(ofOpenAI:)),
  ]

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
    let reading = "rows of \(name) are read as \(format.rawValue)"
    let rest = [parts.joined(separator: ", "), remark ?? ""].filter { !$0.isEmpty }
    return "\(reading): \(rest.joined(separator: "; "))"
  }
}
