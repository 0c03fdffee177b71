import Files
import Tokenizers

/// Rows that have a reply which is preferred to another, in forms whose parts no columns name: as a prompt and the
/// preferred reply.
enum PreferenceRow {
  // MARK: OpenAI's

  /// `{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}`.
  static func isOpenAI(_ row: JSONObject) -> Bool {
    ["preferred_output", "non_preferred_output"].allSatisfy { row[$0] != nil }
      && row["input"]?["messages"].map(TurnKeys.areTurns) ?? false
  }

  /// - Throws: for a row that is none of these.
  static func pair(ofOpenAI row: JSONObject) throws(RowRejection) -> JSONObject {
    guard let input = row["input"]?.object, let messages = input["messages"] else {
      throw RowRejection(reason: "its input has no messages")
    }
    guard let preferred = row["preferred_output"] else {
      throw RowRejection(reason: "it has no preferred_output")
    }
    var result = others(
      of: row, but: ["input", "preferred_output", "non_preferred_output", "prompt", "completion"])
    result["prompt"] = messages
    result["completion"] = preferred
    result["tools"] = input["tools"]
    // What is left is counted as not used.
    for member in input.members where member.key != "messages" && member.key != "tools" {
      result["input." + member.key] = member.value
    }
    return result
  }

  // MARK: Anthropic's

  private static let marks: [WrittenConversation.Mark] = [
    ("\n\nHuman:", .user), ("\n\nAssistant:", .assistant),
  ]

  /// `{"chosen": "\n\nHuman: …\n\nAssistant: …", "rejected": …}`, where `prompt` may have what both begin with.
  static func isText(_ row: JSONObject) -> Bool {
    guard row["rejected"]?.string != nil, let chosen = row["chosen"]?.string else { return false }
    return WrittenConversation.begins(row["prompt"]?.string ?? chosen, with: marks)
  }

  /// - Throws: for a row that is none of these, or has no reply.
  static func pair(ofText row: JSONObject) throws(RowRejection) -> JSONObject {
    guard let chosen = row["chosen"]?.string, let rejected = row["rejected"]?.string else {
      throw RowRejection(reason: "its chosen and rejected are not both texts")
    }
    var opening = ""
    if let prompt = row["prompt"]?.string, !chosen.utf8.starts(with: prompt.utf8) {
      opening = prompt
    }
    guard WrittenConversation.begins(opening + chosen, with: marks) else {
      throw RowRejection(reason: "its chosen does not begin with \"\\n\\nHuman:\"")
    }
    let turns = WrittenConversation(opening + chosen, marks: marks).turns
    let others = WrittenConversation(opening + rejected, marks: marks).turns
    let shared = zip(turns, others).prefix { $0 == $1 }.count
    guard let last = turns.lastIndex(where: { $0.role == .assistant }), last > 0 else {
      throw RowRejection(reason: "its chosen has no turn of an Assistant after one of a Human")
    }
    let start = min(shared, last)
    var result = Self.others(of: row, but: ["prompt", "chosen", "rejected", "completion"])
    result["prompt"] = .array(turns[..<start].map(\.value))
    result["completion"] = .array(turns[start...].map(\.value))
    return result
  }

  private static func others(of row: JSONObject, but keys: Set<String>) -> JSONObject {
    JSONObject(checked: row.members.filter { !keys.contains($0.key) })
  }
}
