/// How a model's conversations are written down: the one renderer of training, evaluation and
/// generation.
package struct ChatTemplate: Equatable, Sendable {
  /// The texts of a model's begin and end token. Formats that use `<s>` and `</s>` use these.
  package struct TextTokens: Equatable, Sendable {
    package var begin: String
    package var end: String

    package init(begin: String = "<s>", end: String = "</s>") {
      self.begin = begin
      self.end = end
    }
  }

  package static let names = ChatFormat.builtIn.map(\.name)
  /// The name of a model's own template that is none of the built-in formats.
  package static let ownName = "own"

  /// What is known of the text; of a template that is run, its name and what ends its turns.
  let format: ChatFormat
  package let tokens: TextTokens
  /// The system message of conversations that have none; nil if they get none.
  package var systemMessage: String?
  /// The model's own template, to be run: for what `format` has no place for, or for everything.
  private(set) var program: TemplateProgram?
  /// What is run in its place for conversations that offer tools, where the model has another template for them.
  private var toolProgram: Result<TemplateProgram, ChatTemplateError>?
  /// Whether it was read from the model's files, and not chosen by name.
  package private(set) var isModelsOwn = false
  /// Whether names of special tokens in contents are those tokens. In conversations they stay text,
  /// so that nobody can write a turn's end into a message; without a format they are what they say.
  package var readsMarkers: Bool

  package var name: String { format.name }
  /// The text of the token that ends every reply.
  package var endOfTurn: String { text(of: format.reply.end) }
  /// The texts of the tokens that end a reply when generated.
  package var stops: [String] {
    (endOfTurn == tokens.end ? [endOfTurn] : [endOfTurn, tokens.end]).filter { !$0.isEmpty }
  }
  /// The special tokens that the format writes. A model without them spells their names out and
  /// learns slowly.
  package var markers: [String] {
    var markers: [String] = []
    let turns = format.user.before + format.user.after + format.reply.before + [format.reply.end]
    for piece in format.opening + turns {
      if case .text = piece { continue }
      if !markers.contains(text(of: piece)) { markers.append(text(of: piece)) }
    }
    return markers
  }

  package init(named name: String, tokens: TextTokens) throws(ChatTemplateError) {
    guard let format = ChatFormat.builtIn.first(where: { $0.name == name }) else {
      throw .unknownName(name)
    }
    self.init(format: format, tokens: tokens, systemMessage: format.defaultSystem)
  }

  init(
    format: ChatFormat, tokens: TextTokens, systemMessage: String?, isModelsOwn: Bool = false
  ) {
    self.isModelsOwn = isModelsOwn
    readsMarkers = format == .none
    self.format = format
    self.tokens = tokens
    self.systemMessage = systemMessage
  }

  /// A model's own template, which is run.
  init(program: TemplateProgram, tokens: TextTokens) {
    let reply = ChatFormat.Reply(end: program.endOfTurn.map { .token($0) } ?? .end)
    let format = ChatFormat(
      name: Self.ownName, system: .turn(ChatFormat.Turn()), user: ChatFormat.Turn(), reply: reply)
    self.init(format: format, tokens: tokens, systemMessage: nil, isModelsOwn: true)
    self.program = program
  }

  /// The same, with the program that it was recognised from.
  func with(_ program: TemplateProgram) -> ChatTemplate {
    var template = self
    template.program = program
    return template
  }

  /// The same, with a program of its own for conversations that offer tools, or why that cannot be run.
  func with(tools program: Result<TemplateProgram, ChatTemplateError>?) -> ChatTemplate {
    var template = self
    template.toolProgram = program
    return template
  }

  /// Whether everything is written by the model's own template.
  package var isProgram: Bool { format.name == Self.ownName }

  /// Whether the model's own template can be asked to write what no format has a place for.
  package var runsProgram: Bool { program != nil }

  /// The date that the model's own template writes.
  package var date: TemplateDate? {
    get { program?.date }
    set {
      program?.date = newValue
      toolProgram = toolProgram.map { tools in
        tools.map { program in
          var program = program
          program.date = newValue
          return program
        }
      }
    }
  }

  /// Renders a conversation.
  ///
  /// - Parameter opensReply: adds what comes right before the next reply (the generation prompt).
  package func segments(
    for messages: [Message], opensReply: Bool = false
  ) throws(ChatTemplateError) -> [Segment] {
    try written(messages, opensReply: opensReply).segments
  }

  /// The same, and whether it is the model's own template that writes it, which may leave something out; a built-in
  /// format writes every message or refuses it.
  package func written(
    _ messages: [Message], opensReply: Bool = false
  ) throws(ChatTemplateError) -> (segments: [Segment], isProgrammed: Bool) {
    guard let program = try program(for: messages) else {
      return (try formatted(messages, opensReply), false)
    }
    if !isProgram, !messages.contains(where: \.hasMore),
      let segments = try? formatted(messages, opensReply)
    {
      return (segments, false)
    }
    return (try program.segments(for: messages, opensReply: opensReply), true)
  }

  /// What is run for a conversation, if anything.
  private func program(
    for messages: [Message]
  ) throws(ChatTemplateError) -> TemplateProgram? {
    guard messages.first?.tools.isEmpty == false, let toolProgram else { return program }
    return try toolProgram.get()
  }

  /// Whether the model's own template writes something else for the second conversation, or cannot write
  /// it: whether what it lacks is read at all.
  package func tellsApart(_ messages: [Message], from others: [Message]) -> Bool {
    guard let program = try? program(for: messages),
      let text = try? program.rendering(messages).text
    else { return true }
    guard let other = try? program.rendering(others).text else { return true }
    return !text.utf8.elementsEqual(other.utf8)
  }

  /// Whether the model's own template writes what each of these messages says: whether a text that stands
  /// nowhere else is there in place of it. Where it is not, the message may be written in another way.
  package func writes(_ indices: [Int], of messages: [Message]) -> Bool {
    func sign(_ index: Int) -> String { "\u{F8FF}\(index)\u{F8FF}" }
    var signed = messages
    for index in indices { signed[index].says(sign(index)) }
    guard let program = try? program(for: messages),
      let text = try? program.rendering(signed).text
    else { return false }
    let bytes = Array(text.utf8)
    return indices.allSatisfy { firstRange(of: Array(sign($0).utf8), in: bytes, from: 0) != nil }
  }

  private func formatted(
    _ messages: [Message], _ opensReply: Bool
  ) throws(ChatTemplateError) -> [Segment] {
    var messages = messages
    if let system = defaultSystem(of: messages) {
      messages.insert(Message(.system, system), at: 0)
      try check(messages, offset: 0)
    } else {
      try check(messages, offset: 1)
    }
    var segments: [Segment] = []
    segments.reserveCapacity(8 * (messages.count + 1))
    append(format.opening, to: &segments)
    var system: Message?
    for message in messages {
      switch (message.role, format.system) {
      case (.system, .firstUser), (.system, .refused): system = message
      case (.system, .turn(let turn)): append(message, in: turn, to: &segments)
      case (.user, _):
        append(message, in: format.user, system: system, to: &segments)
        system = nil
      case (.tool, _): append(message, in: format.tool ?? format.user, to: &segments)
      case (.assistant, _): append(reply: message, to: &segments)
      }
    }
    if opensReply { append(format.reply.before, to: &segments) }
    return readsMarkers ? Self.readingMarkers(segments) : segments
  }

  /// The segments with all of them searched for special tokens. Text of one flag stays in one piece, as
  /// it is encoded without names in it.
  private static func readingMarkers(_ segments: [Segment]) -> [Segment] {
    var result: [Segment] = []
    var isOpen = false
    for segment in segments where !segment.text.isEmpty {
      if isOpen, !segment.isMarkup, result.last?.isTrained == segment.isTrained {
        result[result.count - 1].text += segment.text
      } else {
        result.append(Segment(segment.text, isMarkup: true, isTrained: segment.isTrained))
        isOpen = !segment.isMarkup
      }
    }
    return result
  }

  private func defaultSystem(of messages: [Message]) -> String? {
    guard let first = messages.first, first.role != .system else { return nil }
    if let text = format.defaultSystemWithContext, systemMessage == format.defaultSystem,
      messages.contains(where: { !$0.context.isEmpty })
    {
      return text
    }
    return systemMessage
  }

  private func append(
    _ message: Message, in turn: ChatFormat.Turn, system: Message? = nil,
    to segments: inout [Segment]
  ) {
    var text = trimmed(message.fullContent)
    if let label = format.contextLabel, !message.context.isEmpty {
      text = trimmed(message.content) + label + trimmed(message.context)
    }
    if let system, case .firstUser(let before, let after, let trimsTogether) = format.system {
      let opening = before + system.fullContent + after
      text = trimsTogether ? trimmed(opening + message.fullContent) : opening + text
    }
    append(turn.before, to: &segments)
    segments.append(Segment(text))
    append(turn.after, to: &segments)
  }

  private func append(reply message: Message, to segments: inout [Segment]) {
    let reply = format.reply
    let text = reply.leading + trimmed(message.fullContent) + reply.trailing
    append(reply.before, to: &segments)
    segments.append(Segment(text, isTrained: message.isTrained))
    segments.append(
      Segment(self.text(of: reply.end), isMarkup: true, isTrained: message.isTrained))
    append(reply.after, to: &segments)
  }

  private func check(_ messages: [Message], offset: Int) throws(ChatTemplateError) {
    var expected = Message.Role.user
    for (index, message) in messages.enumerated() {
      func refuse(_ reason: String) -> ChatTemplateError {
        .conversation(message: index + offset, template: name, reason: reason)
      }
      if message.role == .system {
        if format.system == .refused { throw refuse("it has no place for a system message") }
        guard index == 0 || !format.alternates else {
          throw refuse("a system message must be the first message")
        }
        if case .firstUser = format.system,
          messages.dropFirst(index + 1).first?.role != .user
        {
          throw refuse("a system message stands in the user's that follows, and none follows this")
        }
        continue
      }
      if message.role == .tool, format.tool == nil {
        throw refuse("it has no place for a tool's answer")
      }
      guard format.alternates else { continue }
      if message.role != expected {
        throw refuse(
          "user and assistant must take turns, and this should be the \(expected.rawValue)")
      }
      expected = expected == .user ? .assistant : .user
    }
  }

  private func trimmed(_ text: String) -> String {
    format.trims ? PythonText.stripped(text) : text
  }

  private func append(_ pieces: [ChatFormat.Piece], to segments: inout [Segment]) {
    for piece in pieces {
      if case .text(let text) = piece {
        segments.append(Segment(text))
      } else {
        segments.append(Segment(text(of: piece), isMarkup: true))
      }
    }
  }

  private func text(of piece: ChatFormat.Piece) -> String {
    switch piece {
    case .text(let text), .token(let text): text
    case .begin: tokens.begin
    case .end: tokens.end
    }
  }
}
