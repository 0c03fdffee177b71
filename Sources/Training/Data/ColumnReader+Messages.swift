import Checkpoints
import Tokenizers

extension ColumnReader {
  /// OpenAI's `messages`: `role`, `content` as text or a list of text parts, optionally `weight` 0
  /// or `train` false for replies that are not to be learnt.
  func messages() throws(RowRejection) -> [Message] {
    try refuseTools()
    return try turns("messages") { turn throws(RowRejection) in
      if let calls = turn["tool_calls"], !calls.isNull {
        throw RowRejection(reason: "calls tools, which no template here can write")
      }
      let role = try Self.role(turn["role"], names: Self.openAIRoles)
      let content = try Self.content(turn["content"])
      let silent = turn["weight"]?.double == 0 || turn["train"]?.bool == false
      return Message(role, content, isTrained: role == .assistant && !silent)
    }
  }

  /// ShareGPT's `conversations`: `from` and `value`.
  func shareGPTMessages() throws(RowRejection) -> [Message] {
    try refuseTools()
    let turns = try turns("conversations") { turn throws(RowRejection) in
      let role = try Self.role(turn["from"], names: Self.shareGPTRoles)
      return Message(role, try Self.content(turn["value"]))
    }
    return turns.first?.role == .system ? turns : try system() + turns
  }

  private static let openAIRoles: [String: Message.Role] = [
    "system": .system, "developer": .system, "user": .user, "assistant": .assistant,
    "tool": .tool,
  ]

  private static let shareGPTRoles: [String: Message.Role] = [
    "system": .system, "human": .user, "user": .user, "gpt": .assistant,
    "assistant": .assistant, "tool": .tool, "observation": .tool,
  ]

  private func refuseTools() throws(RowRejection) {
    switch object["tools"] {
    case nil, .null, .array([]), .string(""): return
    default: throw RowRejection(reason: "it offers tools, which no template here can write")
    }
  }

  private func turns(
    _ part: String, _ read: (JSONObject) throws(RowRejection) -> Message
  ) throws(RowRejection) -> [Message] {
    let key = columns.key(for: part)
    let value = try value(part)
    guard let list = value.array else {
      throw RowRejection(reason: "its \(key) should be a list and is \(value.kind)")
    }
    var messages: [Message] = []
    for (index, turn) in list.enumerated() {
      guard let object = turn.object else {
        throw RowRejection(reason: "message \(index + 1) is \(turn.kind), not an object")
      }
      do throws(RowRejection) {
        messages.append(try read(object))
      } catch {
        throw RowRejection(reason: "message \(index + 1) \(error.reason)")
      }
    }
    guard messages.contains(where: \.isTrained) else {
      throw RowRejection(reason: "it has no reply to learn from")
    }
    return messages
  }

  private static func role(
    _ value: JSONValue?, names: [String: Message.Role]
  ) throws(RowRejection) -> Message.Role {
    guard let name = value?.string else { throw RowRejection(reason: "does not say whose it is") }
    if let role = names[name] { return role }
    throw RowRejection(
      reason: "is by \"\(name)\"; known are " + names.keys.sorted().joined(separator: ", "))
  }

  private static func content(_ value: JSONValue?) throws(RowRejection) -> String {
    switch value {
    case .string(let text): return text
    case .array(let parts):
      var text = ""
      for part in parts {
        guard part["type"]?.string == "text", let piece = part["text"]?.string else {
          throw RowRejection(reason: "has a part that is not text")
        }
        text += piece
      }
      return text
    case nil, .null: throw RowRejection(reason: "has no content")
    case let value?: throw RowRejection(reason: "should hold text and holds \(value.kind)")
    }
  }
}
