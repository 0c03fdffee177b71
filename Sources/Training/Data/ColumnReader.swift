import Diagnostics
import Files
import Tokenizers

/// Reads the columns of one row.
struct ColumnReader {
  let object: JSONObject
  let columns: ColumnMapping

  /// A value that the row must have.
  func value(_ part: String) throws(RowRejection) -> JSONValue {
    let key = columns.key(for: part)
    if let value = object[key] {
      guard value.isNull else { return value }
      throw RowRejection(reason: "its \(key) is null")
    }
    let keys = object.members.isEmpty ? "none" : Shown.list(object.keys)
    let near =
      NearestName.nearest(to: key, among: Shown.candidates(object.keys))
      .map { "; perhaps \(Shown.clipped($0)) is meant" } ?? ""
    throw RowRejection(reason: "it has no \(key) (its keys: \(keys)\(near))")
  }

  /// Text as it is, numbers with the file's digits, true and false as these words; of a column that
  /// the recipe names, lists and objects as JSON.
  func text(_ part: String) throws(RowRejection) -> String {
    let value = try value(part)
    if let text = value.columnText ?? columns.json(of: value, for: part) { return text }
    let key = columns.key(for: part)
    let json =
      value.object == nil ? "" : "; columns: {\(part): \(Shown.quoted(key))} reads its JSON"
    throw RowRejection(reason: "its \(key) should be text and is \(value.kind)\(json)")
  }

  /// Text that the model is to learn, which may not be blank.
  func reply(_ part: String) throws(RowRejection) -> String {
    let text = try text(part)
    guard !text.isBlank else {
      throw RowRejection(reason: "its \(columns.key(for: part)) is empty")
    }
    return text
  }

  /// Null is as good as nothing.
  func optionalText(_ part: String) throws(RowRejection) -> String? {
    guard let value = object[columns.key(for: part)], !value.isNull else { return nil }
    if part == "system", let parts = Self.textParts(of: value) {
      do throws(RowRejection) {
        return try Self.content(parts)
      } catch {
        throw RowRejection(reason: "its \(columns.key(for: part)) \(error.reason)")
      }
    }
    return try text(part)
  }

  /// The parts of a message that is no plain text: Gemini's, or a list of texts.
  private static func textParts(of value: JSONValue) -> JSONValue? {
    if let parts = value["parts"], parts.array != nil { return parts }
    guard let list = value.array, list.allSatisfy({ $0["text"]?.string != nil }) else { return nil }
    return value
  }

  /// The conversation with the system message and the earlier turns that stand in columns of their
  /// own.
  func conversation(_ messages: [Message]) throws(RowRejection) -> [Message] {
    try refuseUnwritable()
    var messages = messages
    messages.insert(
      contentsOf: try history(), at: messages.first?.role == .system ? 1 : 0)
    if let system = try optionalText("system"), !system.isEmpty {
      if let first = messages.first, first.role == .system {
        guard first.content.utf8.elementsEqual(system.utf8) else {
          throw RowRejection(
            reason: "its \(columns.key(for: "system")) and its first message are two different "
              + "system messages")
        }
      } else {
        messages.insert(Message(.system, system), at: 0)
      }
    }
    let tools = try ToolCalls.offered(by: object)
    if !messages.isEmpty { messages[0].tools = tools }
    guard messages.contains(where: \.isTrained) else {
      throw RowRejection(reason: "it has no reply to learn from")
    }
    return messages
  }

  /// What must not be passed over: parts that cannot be written, and a reply that is marked as bad.
  func refuseUnwritable() throws(RowRejection) {
    for member in object.members where !member.value.holdsNothing {
      if let what = UnwritablePart.ofRows[member.key] { throw RowRejection(reason: "it \(what)") }
    }
    // a column of that name that the recipe has given a part is no verdict
    if columns.names.values.contains("label") { return }
    guard let label = object["label"], label.saysWhether == false else { return }
    throw RowRejection(reason: "its label is \(label.text()): a reply that is not wanted")
  }

  /// Earlier turns: pairs of a question and its reply, which is learnt too, or turns.
  private func history() throws(RowRejection) -> [Message] {
    let key = columns.key(for: "history")
    guard let value = object[key], !value.holdsNothing else { return [] }
    if TurnKeys.areTurns(value) { return try turns(value, key, areTrained: true) }
    var messages: [Message] = []
    for (index, pair) in (value.array ?? [value]).enumerated() {
      guard let texts = pair.array, texts.count == 2, let question = texts[0].columnText,
        let reply = texts[1].columnText
      else {
        throw RowRejection(
          reason: "item \(index + 1) of its \(key) is not a pair of a question and a reply")
      }
      guard !reply.isBlank else {
        throw RowRejection(reason: "item \(index + 1) of its \(key) has an empty reply")
      }
      messages += [Message(.user, question), Message(.assistant, reply)]
    }
    return messages
  }
}

extension JSONValue {
  /// What a label says: true and 1, or false and 0.
  var saysWhether: Bool? {
    switch (self, double) {
    case (.bool(let isWanted), _): isWanted
    case (.string(let text), _): Bool(text.lowercased())
    case (_, 0?): false
    case (_, 1?): true
    default: nil
    }
  }

  /// The kind of value, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .int, .double, .digits: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// Text, and numbers, true and false as they are written: what a column may hold.
  var columnText: String? {
    switch self {
    case .string(let text), .digits(let text): text
    case .int(let number): String(number)
    case .double(let number): String(number)
    case .bool(let bool): String(bool)
    case .null, .array, .object: nil
    }
  }
}
