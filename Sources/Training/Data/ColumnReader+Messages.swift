import Files
import Tokenizers

extension ColumnReader {
  /// A part that is a list of turns.
  func turns(_ part: String) throws(RowRejection) -> [Message] {
    try turns(value(part), columns.key(for: part), areTrained: true)
  }

  /// A prompt or a completion: text, or turns (a prompt's replies are read, not learnt).
  func side(_ part: String, _ role: Message.Role) throws(RowRejection) -> [Message] {
    let value = try value(part)
    if TurnKeys.areTurns(value) {
      return try turns(value, columns.key(for: part), areTrained: role == .assistant)
    }
    return [Message(role, role == .assistant ? try reply(part) : try text(part))]
  }

  /// Turns by the keys of `TurnKeys`: what is said is text or a list of text parts, and a reply may
  /// say that it is not to be learnt.
  func turns(
    _ value: JSONValue, _ key: String, areTrained: Bool
  ) throws(RowRejection) -> [Message] {
    guard let list = ToolCalls.parsed(value).array else {
      throw RowRejection(reason: "its \(key) should be a list and is \(value.kind)")
    }
    var messages: [Message] = []
    for (index, turn) in list.enumerated() {
      guard let object = turn.object else {
        throw RowRejection(reason: "message \(index + 1) is \(turn.kind), not an object")
      }
      do throws(RowRejection) {
        messages.append(try Self.message(object, isTrained: areTrained))
      } catch {
        throw RowRejection(reason: "message \(index + 1) \(error.reason)")
      }
    }
    return messages
  }

  private static func message(
    _ turn: JSONObject, isTrained: Bool
  ) throws(RowRejection) -> Message {
    for member in turn.members where !member.value.holdsNothing {
      if let what = UnwritablePart.ofTurns[member.key] { throw RowRejection(reason: what) }
    }
    let keys = TurnKeys.pair(of: turn) ?? TurnKeys.pairs[0]
    let role = try role(turn[keys.role])
    let full = try ToolCalls.turn(turn, keys, role: role)
    let says = full?["tool_calls"] == nil || turn[keys.content]?.isNull == false
    let isCall = TurnKeys.isCall(turn[keys.role])
    let content = says && !isCall ? try content(turn[keys.content]) : ""
    let isLearnt = try isLearnt(turn, role: role) && isTrained
    guard !isLearnt || !content.isBlank || full?["tool_calls"] != nil else {
      throw RowRejection(reason: "is an empty reply")
    }
    var message = Message(role, content, isTrained: isLearnt)
    message.turn = full
    return message
  }

  private static func role(_ value: JSONValue?) throws(RowRejection) -> Message.Role {
    guard let name = value?.string else { throw RowRejection(reason: "does not say whose it is") }
    if let role = TurnKeys.roles[name.lowercased()] { return role }
    if TurnKeys.isCall(value) { return .assistant }
    throw RowRejection(
      reason: "is by \(Shown.quoted(name)); known are "
        + TurnKeys.roles.keys.sorted().joined(separator: ", "))
  }

  /// Whether the turn is a reply that counts in the loss.
  private static func isLearnt(
    _ turn: JSONObject, role: Message.Role
  ) throws(RowRejection) -> Bool {
    var isLearnt = role == .assistant
    for key in TurnKeys.trained {
      guard let value = turn[key], !value.isNull else { continue }
      switch (value.bool, value.double) {
      case (false?, _), (_, 0?): isLearnt = false
      case (true?, _), (_, 1?):
        guard role == .assistant else {
          throw RowRejection(
            reason: "is to be learnt (\(key)), and only replies are; mask: all learns every token")
        }
      default:
        throw RowRejection(
          reason: "has the \(key) \(Shown.clipped(value.text())); known are 0, 1, false and true")
      }
    }
    return isLearnt
  }

  /// What is said: a text, or a list of parts that are texts.
  static func content(_ value: JSONValue?) throws(RowRejection) -> String {
    if let text = value?.columnText { return text }
    switch value {
    case .array(let parts)?:
      var text = ""
      for part in parts { text += try Self.text(of: part) }
      return text
    case .null?, nil: throw RowRejection(reason: "has no content")
    case let value?: throw RowRejection(reason: "should hold text and holds \(value.kind)")
    }
  }

  private static func text(of part: JSONValue) throws(RowRejection) -> String {
    if let text = part.string { return text }
    if part["thought"]?.bool == true {
      throw RowRejection(reason: "has a part that is a thought, and only what is said is read")
    }
    let type = part["type"]?.string
    if type == "text" || type == nil, let text = part["text"]?.string { return text }
    let others = (part.object?.keys ?? []).filter { $0 != "type" }
    switch type {
    case "text"?: throw RowRejection(reason: "has a part of the type \"text\" without a text")
    case let type?:
      throw RowRejection(
        reason: "has a part of the type \(Shown.quoted(type)), and only text is read")
    case nil where !others.isEmpty:
      throw RowRejection(reason: "has a part with \(Shown.list(others)), and only text is read")
    case nil: throw RowRejection(reason: "has a part that is \(part.kind), and only text is read")
    }
  }
}
