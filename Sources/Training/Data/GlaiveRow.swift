import Files
import Tokenizers

/// Rows of Glaive's function calls: `{"system": "SYSTEM: …", "chat": "USER: …\n\n\nASSISTANT: … <|endoftext|>"}`.
enum GlaiveRow {
  private static let marks: [WrittenConversation.Mark] = [
    ("\n\n\nUSER:", .user), ("\n\n\nASSISTANT:", .assistant), ("\n\n\nFUNCTION RESPONSE:", .tool),
  ]
  private static let system = "SYSTEM:"
  private static let end = "<|endoftext|>"

  static func matches(_ row: JSONObject) -> Bool {
    row["chat"]?.string.map { WrittenConversation.begins(opened($0), with: marks) } ?? false
  }

  /// The row with its turns under `messages`, without the marks and the end of each reply.
  ///
  /// - Throws: for a row that is none of these.
  static func asMessages(_ row: JSONObject) throws(RowRejection) -> JSONObject {
    guard let chat = row["chat"]?.string, matches(row) else {
      throw RowRejection(reason: "its chat does not begin with \"USER:\"")
    }
    var turns = WrittenConversation(opened(chat), marks: marks).turns
    for index in turns.indices where turns[index].role == .assistant {
      let content = turns[index].content
      if content.hasSuffix(end) {
        turns[index].content = String(content.dropLast(end.count)).trimmed
      }
    }
    var messages = turns.map(\.value)
    if let text = row["system"]?.string, !text.isBlank {
      let content = text.hasPrefix(system) ? String(text.dropFirst(system.count)).trimmed : text
      messages.insert(["role": "system", "content": .string(content)], at: 0)
    }
    var result = JSONObject(checked: row.members.filter { !["chat", "system"].contains($0.key) })
    result["messages"] = .array(messages)
    return result
  }

  /// The text with line feeds before its first turn, as the others have them.
  private static func opened(_ chat: String) -> String {
    "\n\n\n" + chat.drop { $0.isWhitespace }
  }
}
