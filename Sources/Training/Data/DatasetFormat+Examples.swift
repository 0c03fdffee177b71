import Checkpoints
import Tokenizers

extension DatasetFormat {
  /// Whether a row has all that this format needs.
  package func matches(_ object: JSONObject, columns: ColumnMapping) -> Bool {
    requiredKeys.allSatisfy { part in
      object[columns.key(for: part)].map { !$0.isNull } ?? false
    }
  }

  /// What a row of this format says.
  package func content(
    of object: JSONObject, columns: ColumnMapping
  ) throws(RowRejection) -> Example.Content {
    let row = ColumnReader(object: object, columns: columns)
    switch self {
    case .messages: return .messages(try row.messages())
    case .sharegpt: return .messages(try row.shareGPTMessages())
    case .alpaca:
      let user = Message(
        .user, try row.text("instruction"), context: try row.optionalText("input") ?? "")
      let turns = [user, Message(.assistant, try row.reply("output"))]
      return .messages(try row.system() + turns)
    case .promptCompletion:
      return .messages([
        Message(.user, try row.text("prompt")), Message(.assistant, try row.reply("completion")),
      ])
    case .text:
      let text = try row.reply("text")
      guard let marker = columns.cutAfter else { return .text(text) }
      return .messages(try Self.cut(text, after: marker))
    }
  }

  private static func cut(
    _ text: String, after marker: String
  ) throws(RowRejection) -> [Message] {
    guard let place = text.firstRange(of: marker) else {
      let shown = marker.split(separator: "\n", omittingEmptySubsequences: false)
      throw RowRejection(
        reason: "its text has no \"\(shown.joined(separator: "\\n"))\" to cut after")
    }
    let completion = text[place.upperBound...]
    guard !completion.allSatisfy(\.isWhitespace) else {
      throw RowRejection(reason: "nothing follows the place where its text is cut")
    }
    return [
      Message(.user, String(text[..<place.upperBound])), Message(.assistant, String(completion)),
    ]
  }
}

/// Reads the columns of one row.
struct ColumnReader {
  let object: JSONObject
  let columns: ColumnMapping

  /// A value that the row must have.
  func value(_ part: String) throws(RowRejection) -> JSONValue {
    let key = columns.key(for: part)
    if let value = object[key], !value.isNull { return value }
    let keys = object.keys.isEmpty ? "none" : object.keys.joined(separator: ", ")
    let near = nearestName(to: key, among: object.keys).map { "; perhaps \($0) is meant" } ?? ""
    throw RowRejection(reason: "it has no \(key) (its keys: \(keys)\(near))")
  }

  func text(_ part: String) throws(RowRejection) -> String {
    let value = try value(part)
    if let text = value.columnText { return text }
    throw RowRejection(
      reason: "its \(columns.key(for: part)) should be text and is \(value.kind)")
  }

  /// Text that the model is to learn, which may not be blank.
  func reply(_ part: String) throws(RowRejection) -> String {
    let text = try text(part)
    guard !text.allSatisfy(\.isWhitespace) else {
      throw RowRejection(reason: "its \(columns.key(for: part)) is empty")
    }
    return text
  }

  func optionalText(_ part: String) throws(RowRejection) -> String? {
    guard let value = object[columns.key(for: part)], !value.isNull else { return nil }
    return try text(part)
  }

  /// The system message of formats that keep it in a column of its own.
  func system() throws(RowRejection) -> [Message] {
    guard let text = try optionalText("system"), !text.isEmpty else { return [] }
    return [Message(.system, text)]
  }
}
