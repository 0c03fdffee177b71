import Files

/// A model's own chat template, which is run: a Jinja program with the variables that transformers gives it.
package struct TemplateProgram: Equatable, Sendable {
  private let source: String
  private let template: JinjaTemplate
  /// The model's special tokens by the names that templates use.
  private let variables: [String: String]
  let encoder: any TextEncoder
  /// What `strftime_now` writes.
  var date: TemplateDate?
  /// Whether contents that are lists of parts are given as such; else as one text.
  private var takesParts = false
  /// The name of the token that ends a reply; nil if there is none.
  private(set) var endOfTurn: String?

  package static func == (left: TemplateProgram, right: TemplateProgram) -> Bool {
    left.source.utf8.elementsEqual(right.source.utf8) && left.variables == right.variables
      && left.date == right.date
  }

  /// Parses the template and looks at what it writes for a question and an answer.
  ///
  /// - Parameter offersTools: whether it is for conversations that offer tools only.
  init(
    _ source: String, variables: [String: String], encoder: any TextEncoder,
    offersTools: Bool = false
  ) throws(ChatTemplateError) {
    do {
      template = try JinjaTemplate(source)
    } catch {
      throw .unrecognised(reason: "\(error)", nearest: nil)
    }
    (self.source, self.variables, self.encoder) = (source, variables, encoder)
    try probe(offersTools ? [Self.anyTool] : [])
  }

  private mutating func probe(_ tools: [JSONValue]) throws(ChatTemplateError) {
    // Any date does: only what stands around the texts is looked at.
    date = try? TemplateDate("2000-01-01 00:00:00")
    defer { date = nil }
    var user = Message(.user, "qwxz")
    user.tools = tools
    let reply = Message(.assistant, "zxwq")
    let text: String
    do {
      text = try rendering([user, reply]).text
    } catch {
      throw .unrecognised(reason: "it refuses a plain question and answer: \(error)", nearest: nil)
    }
    guard let place = text.utf8.firstRange(of: reply.content.utf8) else {
      throw .unrecognised(reason: "it leaves a plain answer out", nearest: nil)
    }
    endOfTurn = encoder.specialNames(in: String(text[place.upperBound...])).first
    takesParts = canTakeParts(tools)
  }

  /// Whether a content of two parts is written as their texts, and not as Python would show a list.
  private func canTakeParts(_ tools: [JSONValue]) -> Bool {
    let parts: JSONValue = [
      ["type": "text", "text": "qwxz"], ["type": "text", "text": "zxwq"],
    ]
    var message = Message(.user, "qwxzzxwq")
    message.turn = ["role": "user", "content": parts]
    message.tools = tools
    var asking = self
    asking.takesParts = true
    guard let text = try? asking.rendering([message], opensReply: true).text else { return false }
    return text.contains("qwxz") && text.contains("zxwq") && !text.contains("'type'")
      && !text.contains("\"type\"")
  }

  private static let anyTool: JSONValue = [
    "type": "function",
    "function": [
      "name": "look", "description": "Looks.",
      "parameters": [
        "type": "object", "required": ["at"],
        "properties": ["at": ["type": "string", "description": "What to look at."]],
      ],
    ],
  ]

  // MARK: Rendering

  /// What the template writes; its errors are those of Jinja.
  func rendering(
    _ messages: some Collection<Message>, opensReply: Bool = false
  ) throws(JinjaError) -> JinjaRendering {
    var list: [JinjaValue] = []
    for message in messages { list.append(try value(of: message)) }
    var tools: [JinjaValue] = []
    for tool in messages.first?.tools ?? [] { tools.append(try JinjaValue(tool)) }
    let arguments: [(String, JinjaValue)] = [
      ("messages", .list(list)), ("tools", tools.isEmpty ? .none : .list(tools)),
      ("documents", .none), ("add_generation_prompt", .bool(opensReply)),
    ]
    return try template.rendering(
      of: variables.map { ($0, .string($1)) } + arguments, date: date)
  }

  /// A turn as transformers hands it to templates: without what is null, and with its reasoning by each
  /// name that templates read.
  private func value(of message: Message) throws(JinjaError) -> JinjaValue {
    var members = JinjaDictionary()
    let turn = message.turn ?? ["role": .string(message.role.rawValue)]
    let reasoning = ReasoningKeys.all.lazy.compactMap { turn[$0] }.first { !$0.isNull }
    if let reasoning { members["thinking"] = try JinjaValue(reasoning) }
    for member in turn.members where !member.value.isNull && member.key != "content" {
      members[member.key] = try JinjaValue(member.value)
    }
    if takesParts, let parts = turn["content"], parts.array != nil {
      members["content"] = try JinjaValue(parts)
    } else if message.turn == nil || turn["content"]?.isNull == false {
      members["content"] = .string(message.fullContent)
    }
    if let reasoning { members["reasoning_content"] = try JinjaValue(reasoning) }
    return .dictionary(members)
  }
}

/// The keys under which turns have a model's reasoning apart from what it says.
package enum ReasoningKeys {
  /// In the order in which transformers looks at them.
  package static let all = ["reasoning_content", "thinking", "reasoning"]
}
