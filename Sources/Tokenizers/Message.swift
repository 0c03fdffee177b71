import Files

/// One turn of a conversation.
package struct Message: Equatable, Hashable, Sendable {
  package enum Role: String, Sendable, CaseIterable {
    case system, user, assistant, tool
  }

  package var role: Role
  package var content: String
  /// What an instruction works on (Alpaca's `input`); empty if nothing. Formats without a place for
  /// it put it after the content and a blank line.
  package var context: String
  /// Whether a reply counts in the loss. True for every assistant message unless its row says no.
  package var isTrained: Bool
  /// The turn as its row has it, where it has more than a role and a text: calls of tools, reasoning,
  /// parts, a name. A model's own template is given that.
  package var turn: JSONObject?
  /// The tools that the conversation offers; on its first message.
  package var tools: [JSONValue] = []

  package init(_ role: Role, _ content: String, context: String = "", isTrained: Bool? = nil) {
    self.role = role
    self.content = content
    self.context = context
    self.isTrained = isTrained ?? (role == .assistant)
  }

  var fullContent: String { context.isEmpty ? content : content + "\n\n" + context }

  /// Whether a model's own template is given more than a role and a text.
  var hasMore: Bool { turn != nil || !tools.isEmpty }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(role)
    hasher.combine(content)
    hasher.combine(context)
    hasher.combine(isTrained)
  }

  /// All that people wrote in it.
  package var texts: [String] {
    var texts = [content, context].filter { !$0.isEmpty }
    for member in turn?.members ?? [] where member.key != "content" && member.key != "role" {
      member.value.forEachText { texts.append($0) }
    }
    for tool in tools { tool.forEachText { texts.append($0) } }
    return texts
  }

  /// Puts another text in the place of what it says.
  package mutating func says(_ text: String) {
    (content, context) = (text, "")
    if turn?["content"] != nil { turn?["content"] = .string(text) }
  }

  /// Writes something else for each text.
  mutating func rewriteTexts(_ rewrite: (String) -> String) {
    (content, context) = (rewrite(content), rewrite(context))
    if let turn {
      self.turn = JSONObject(
        checked: turn.members.map { member in
          guard member.key != "role" else { return member }
          return JSONObject.Member(key: member.key, value: member.value.rewritten(rewrite))
        })
    }
    tools = tools.map { $0.rewritten(rewrite) }
  }
}

extension JSONValue {
  fileprivate func forEachText(_ visit: (String) -> Void) {
    switch self {
    case .string(let text): visit(text)
    case .array(let values): for value in values { value.forEachText(visit) }
    case .object(let object): for member in object.members { member.value.forEachText(visit) }
    case .null, .bool, .int, .double, .digits: break
    }
  }

  fileprivate func rewritten(_ rewrite: (String) -> String) -> JSONValue {
    switch self {
    case .string(let text): .string(rewrite(text))
    case .array(let values): .array(values.map { $0.rewritten(rewrite) })
    case .object(let object):
      .object(
        JSONObject(
          checked: object.members.map {
            JSONObject.Member(key: $0.key, value: $0.value.rewritten(rewrite))
          }))
    case .null, .bool, .int, .double, .digits: self
    }
  }
}
