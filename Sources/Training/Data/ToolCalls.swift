import Files
import Tokenizers

/// Tools and their calls as the files that people have write them, in the form that templates read: that of
/// OpenAI's `tools` and `tool_calls`.
enum ToolCalls {
  /// The turn that a model's own template is given; nil if it is a role and a text and nothing else.
  ///
  /// - Parameter keys: what the turn calls its role and its text.
  static func turn(
    _ turn: JSONObject, _ keys: (role: String, content: String), role: Message.Role
  ) throws(RowRejection) -> JSONObject? {
    let name = turn[keys.role]?.string?.lowercased() ?? ""
    var members = JSONObject()
    members["role"] = .string(TurnKeys.ownNames.contains(name) ? name : role.rawValue)
    if let content = turn[keys.content], !content.isNull, keys.content != "parts",
      !TurnKeys.isCall(turn[keys.role])
    {
      members["content"] = content
    }
    let trivial = members.members.count
    for member in turn.members
    where !member.value.isNull && member.key != keys.role && member.key != keys.content
      && !TurnKeys.trained.contains(member.key) && member.key != "function_call"
    {
      if UnwritablePart.templated[member.key] == nil || !member.value.holdsNothing {
        members[member.key] = member.value
      }
    }
    if TurnKeys.isCall(turn[keys.role]) {
      members["tool_calls"] = try calls(turn[keys.content] ?? .null)
    } else if let call = turn["function_call"], !call.holdsNothing {
      members["tool_calls"] = try calls(call)
    }
    let isPlain =
      members.members.count == trivial && members["content"]?.array == nil
      && !TurnKeys.ownNames.contains(name)
    return isPlain ? nil : members
  }

  /// One call, or a list of calls, as such or as a text in JSON: objects with a name and arguments.
  private static func calls(_ value: JSONValue) throws(RowRejection) -> JSONValue {
    let value = parsed(value)
    var calls: [JSONValue] = []
    for call in value.array ?? [value] {
      guard let object = call.object, object["name"]?.string != nil else {
        throw RowRejection(
          reason: "is a call of a tool that is no object with a name and arguments")
      }
      calls.append(["type": "function", "function": call])
    }
    return .array(calls)
  }

  /// Whether a turn has a call whose arguments are a text, as OpenAI writes them.
  static func quotesArguments(_ message: Message) -> Bool {
    let calls = message.turn?["tool_calls"]?.array ?? []
    return calls.contains { ($0["function"] ?? $0)["arguments"]?.string != nil }
  }

  /// The tools of a row, which stand under `tools`, or as functions under `functions`.
  static func offered(by row: JSONObject) throws(RowRejection) -> [JSONValue] {
    for key in UnwritablePart.tools {
      guard let value = row[key], !value.holdsNothing else { continue }
      guard let tools = parsed(value).array, tools.allSatisfy({ $0.object != nil }) else {
        throw RowRejection(reason: "its \(key) are no list of objects")
      }
      return key == "tools" ? tools : tools.map { ["type": "function", "function": $0] }
    }
    return []
  }

  /// What a text in JSON says; every other value as it is.
  static func parsed(_ value: JSONValue) -> JSONValue {
    value.string.flatMap { try? JSONValue(parsing: $0) } ?? value
  }
}
