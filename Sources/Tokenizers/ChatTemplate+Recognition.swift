/// Recognising a model's own template. Models ship it as a Jinja program; it is taken for one of the
/// built-in formats only where both write the same for a set of conversations that shows all that the
/// formats can do.
extension ChatTemplate {
  /// A model's own template: the built-in format, or a variation of one, that writes the same, else the
  /// program itself.
  ///
  /// - Parameter tools: the program for conversations that offer tools, if that is another.
  package init(
    jinja source: String, tools: String? = nil, tokens: TextTokens,
    variables: [String: String]? = nil,
    encoder: any TextEncoder
  ) throws(ChatTemplateError) {
    let variables = variables ?? ["bos_token": tokens.begin, "eos_token": tokens.end]
    let program = try TemplateProgram(source, variables: variables, encoder: encoder)
    let format = try? ChatTemplate(recognising: source, tokens: tokens, variables: variables)
    let toolProgram = tools.map { tools in
      Result { () throws(ChatTemplateError) in
        try TemplateProgram(tools, variables: variables, encoder: encoder, offersTools: true)
      }
    }
    self = (format?.with(program) ?? ChatTemplate(program: program, tokens: tokens))
      .with(tools: toolProgram)
  }

  /// The built-in format, or a variation of one, that a model's own template writes.
  ///
  /// - Parameters:
  ///   - source: the template, a Jinja program.
  ///   - tokens: the texts of the model's begin and end token.
  ///   - variables: the model's special tokens by the names that templates use; if not given, those
  ///     of `tokens`.
  init(
    recognising source: String, tokens: TextTokens, variables: [String: String]? = nil
  ) throws(ChatTemplateError) {
    let renderings: TemplateRenderings
    do {
      renderings = try TemplateRenderings(
        of: source,
        variables: variables ?? ["bos_token": tokens.begin, "eos_token": tokens.end])
    } catch {
      throw .unrecognised(reason: "\(error)", nearest: nil)
    }
    var nearest = Mismatch(matches: 0)
    for format in ChatFormat.builtIn where format != .none {
      for variation in format.variations {
        guard let system = renderings.defaultSystem(in: variation, tokens: tokens) else { continue }
        let template = ChatTemplate(
          format: variation, tokens: tokens, systemMessage: system.isEmpty ? nil : system,
          isModelsOwn: true)
        guard let mismatch = renderings.mismatch(with: template) else {
          self = template
          return
        }
        if mismatch.matches > nearest.matches { nearest = mismatch }
      }
    }
    throw renderings.error(nearest)
  }

  /// Where a format and a template part.
  struct Mismatch {
    /// The conversations that both write alike.
    var matches: Int
    var format = ""
    /// What the format and the template write from where they part.
    var expected = ""
    var found = ""
  }
}

extension ChatFormat {
  /// The format as it is, and with what templates of its kind do otherwise: begin with the begin
  /// token or not, remove white space or keep it, refuse a system message or a turn out of turn.
  fileprivate var variations: [ChatFormat] {
    var result: [ChatFormat] = []
    for begins in [self, withoutBegin, withBegin] where !result.contains(begins) {
      for trims in [trims, !trims] {
        for system in [self.system, .refused] {
          for tool in tool == nil ? [nil] : [tool, nil] {
            for alternates in Set([alternates, true]).sorted(by: { !$0 && $1 }) {
              var format = begins
              (format.trims, format.system, format.tool) = (trims, system, tool)
              format.alternates = alternates
              if !result.contains(format) { result.append(format) }
            }
          }
        }
      }
    }
    return result
  }

  /// Whether the built-in format itself, and no variation of it, wants turns to alternate.
  fileprivate var isStricterThanTemplates: Bool {
    ChatFormat.builtIn.contains { $0.name == name && $0.alternates } && system != .refused
  }

  private var withoutBegin: ChatFormat {
    var format = self
    format.opening.removeAll { $0 == .begin }
    format.user.before.removeAll { $0 == .begin }
    return format
  }

  private var withBegin: ChatFormat {
    var format = withoutBegin
    format.opening.insert(.begin, at: 0)
    return format
  }
}

/// What a template writes for a set of conversations.
struct TemplateRenderings {
  private struct Rendering {
    let messages: [Message]
    let opensReply: Bool
    /// Nil where the template refuses the conversation.
    let text: String?
  }

  private var renderings: [Rendering] = []

  init(of source: String, variables: [String: String]) throws(JinjaError) {
    let template = try JinjaTemplate(source)
    for conversation in Self.conversations + (try Self.conversations(quoting: source)) {
      for opensReply in [false, true] {
        let text = try Self.text(of: conversation, opensReply, template, variables)
        renderings.append(
          Rendering(messages: conversation, opensReply: opensReply, text: text))
      }
    }
  }

  /// What the template writes; nil where it raises an error of its own.
  private static func text(
    of messages: [Message], _ opensReply: Bool, _ template: JinjaTemplate,
    _ variables: [String: String]
  ) throws(JinjaError) -> String? {
    let list = messages.map { message in
      var members = JinjaDictionary()
      members["role"] = .string(message.role.rawValue)
      members["content"] = .string(message.content)
      return JinjaValue.dictionary(members)
    }
    let arguments: [(String, JinjaValue)] = [
      ("messages", .list(list)), ("tools", .none), ("documents", .none),
      ("add_generation_prompt", .bool(opensReply)),
    ]
    do {
      return try template.render(arguments + variables.map { ($0, .string($1)) })
    } catch {
      switch error {
      case .raised, .evaluation: return nil
      case .syntax, .unsupported, .needsDate, .limit: throw error
      }
    }
  }

  // MARK: Comparing

  /// The system message that the template gives to conversations without one, if it is otherwise
  /// like the format for the first of them; empty for none, nil if it is not like it.
  func defaultSystem(in format: ChatFormat, tokens: ChatTemplate.TextTokens) -> String? {
    guard let first = renderings.first, let text = first.text else { return nil }
    let plain = ChatTemplate(format: format, tokens: tokens, systemMessage: nil)
    if Self.text(plain, first) == text { return "" }
    // A text that no template contains shows where the system message would stand.
    let mark = "\u{1}"
    let marked = ChatTemplate(format: format, tokens: tokens, systemMessage: mark)
    guard let whole = Self.text(marked, first) else { return nil }
    let parts = PythonText.split(whole, by: mark)
    guard parts.count == 2, text.utf8.count > parts[0].utf8.count + parts[1].utf8.count,
      text.utf8.starts(with: parts[0].utf8),
      text.utf8.suffix(parts[1].utf8.count).elementsEqual(parts[1].utf8)
    else { return nil }
    return String(
      decoding: text.utf8.dropFirst(parts[0].utf8.count).dropLast(parts[1].utf8.count),
      as: UTF8.self)
  }

  /// The first conversation that the format and the template do not write alike. Turns that a
  /// built-in format refuses, and tools' answers, may be written by a template: there a user is told,
  /// and no wrong text is made.
  func mismatch(with template: ChatTemplate) -> ChatTemplate.Mismatch? {
    var matches = 0
    for rendering in renderings {
      guard let expected = Self.text(template, rendering) else {
        let mayDiffer =
          rendering.text == nil || template.format.isStricterThanTemplates
          || rendering.messages.contains { $0.role == .tool }
        if mayDiffer { continue }
        return ChatTemplate.Mismatch(matches: 0)
      }
      guard let found = rendering.text, found.utf8.elementsEqual(expected.utf8) else {
        let shared = zip(expected.utf8, (rendering.text ?? "").utf8).prefix { $0 == $1 }.count
        func rest(_ text: String) -> String {
          String(decoding: text.utf8.dropFirst(max(0, shared - 12)).prefix(60), as: UTF8.self)
        }
        return ChatTemplate.Mismatch(
          matches: matches, format: template.name, expected: rest(expected),
          found: rendering.text.map(rest) ?? "")
      }
      matches += 1
    }
    return matches > 0 ? nil : ChatTemplate.Mismatch(matches: 0)
  }

  private static func text(_ template: ChatTemplate, _ rendering: Rendering) -> String? {
    let segments = try? template.segments(
      for: rendering.messages, opensReply: rendering.opensReply)
    return segments.map { $0.map(\.text).joined() }
  }

  func error(_ nearest: ChatTemplate.Mismatch) -> ChatTemplateError {
    if nearest.matches > 0 {
      let found =
        nearest.found.isEmpty
        ? "it writes nothing" : "it writes \(PythonText.quoted(nearest.found))"
      return .unrecognised(
        reason: "it is not quite \(nearest.format): where that writes "
          + "\(PythonText.quoted(nearest.expected)), \(found)",
        nearest: nearest.format)
    }
    guard let text = renderings.first(where: { $0.messages.count == 2 })?.text else {
      return .unrecognised(reason: "it refuses a plain question and answer", nearest: nil)
    }
    let start = String(decoding: text.utf8.prefix(100), as: UTF8.self)
    return .unrecognised(
      reason: "it writes a question and an answer as \(PythonText.quoted(start))", nearest: nil)
  }
}

// MARK: - Conversations

extension TemplateRenderings {
  /// With and without a system message, of one to many turns, with white space and nothing in the
  /// contents, out of turn, and with characters that programs treat apart.
  private static let conversations: [[Message]] =
    [
      [Message(.user, "Hi there")],
      [Message(.user, "Hi there"), Message(.assistant, "Hello.")],
      turns("Question", count: 2), turns("Question", count: 3), turns("Question", count: 13),
      [Message(.system, "Be brief.")] + turns("Question", count: 1),
      [Message(.system, "Be brief.")] + turns("Question", count: 4),
      [Message(.system, "Be brief."), Message(.user, "Hi")],
      [Message(.system, "Be brief.")],
      [Message(.system, " \n Be brief. \n\n")] + turns(" \t\n One \r\n\u{A0} ", count: 3),
      turns(" \t\n One \r\n\u{A0} ", count: 3),
      [Message(.system, "")] + turns("", count: 2), turns("", count: 3),
      [Message(.system, special)] + turns(special, count: 3),
      [Message(.user, "One"), Message(.user, "Two"), Message(.assistant, "Three")],
      [Message(.user, "One"), Message(.assistant, "Two"), Message(.assistant, "Three")],
      [Message(.assistant, "One"), Message(.user, "Two"), Message(.assistant, "Three")],
      [Message(.user, "One"), Message(.system, "Two"), Message(.assistant, "Three")],
      [Message(.system, "One"), Message(.system, "Two"), Message(.user, "Three")],
    ] + [
      [
        Message(.user, "One"), Message(.assistant, "Two"), Message(.tool, " Three "),
        Message(.tool, "Four"), Message(.assistant, "Five"),
      ]
    ]

  private static let special =
    "<b>&amp;\"'{{ x }}{% y %}\\n\u{301}é😀<think>a</think>b</s><|im_end|>[INST]"

  /// User and assistant in turn; each content tells its place.
  private static func turns(_ text: String, count: Int) -> [Message] {
    (0..<count).map { turn in
      let content = text == "Question" ? "\(text) \(turn)" : text
      return Message(turn % 2 == 0 ? .user : .assistant, content)
    }
  }

  /// Conversations whose contents are the strings of the program itself, one each: what it compares
  /// contents with, searches or cuts them at is among these.
  private static func conversations(quoting source: String) throws(JinjaError) -> [[Message]] {
    var texts: [String] = []
    for token in try JinjaLexer.tokens(of: source) {
      guard case .string(let text) = token.kind, !text.isEmpty, text.utf8.count <= 400,
        !texts.contains(where: { $0.utf8.elementsEqual(text.utf8) })
      else { continue }
      texts.append(text)
      if texts.count == 40 { break }
    }
    return texts.flatMap { text in
      let turns = [
        Message(.user, text), Message(.assistant, "a" + text + "b"), Message(.user, text + "b"),
        Message(.assistant, text),
      ]
      return [turns, [Message(.system, text)] + turns]
    }
  }
}
