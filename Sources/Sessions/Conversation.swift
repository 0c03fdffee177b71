import Diagnostics
import Files
import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

/// A talk with the model as the session has it. It reads the session and changes nothing there.
package final class Conversation {
  package struct Reply {
    package enum Ending {
      /// The model had said all.
      case whole
      /// Nothing more was asked for.
      case full
      case interrupted
    }

    package let ending: Ending
    /// Earlier turns that the model's context had no room for.
    package let forgottenTurns: Int
  }

  /// Replies are longer than those of `generate`, which are samples.
  private static let standardLength = 512

  private let session: Session
  private let model: ModelInUse
  private let template: ChatTemplate
  private let sampling: SamplingOptions
  private let maxTokens: Int
  private let stops: [String]
  private let stopTokens: Set<Int32>
  private let prefix = PrefixCache()
  /// Replies asked for, so that another try is another text.
  private var attempts: UInt64 = 0
  /// The root of the draws, where it is not the session's.
  private let seed: UInt64?

  /// The system message; nil leaves the model's own.
  package var system: String?
  /// What was said, without the system message: user and assistant in turn.
  private var messages: [Message] = []

  /// - Parameter settings: a call of `generate`; its prompt is ignored. Without a temperature replies
  ///   are sampled at 0.7, since a small model that always takes the likeliest word repeats itself.
  package init(session: Session, settings: VerbCall) throws(VerbFailure) {
    self.session = session
    model = try session.requireModel("chat")
    template = try session.template(settings, model) ?? model.loaded.text.plainTemplate
    var sampling = session.sampling(settings)
    if !settings.has(Generate.temperature) { sampling.temperature = 0.7 }
    if !settings.has(Generate.topP) { sampling.topP = 0.9 }
    self.sampling = sampling
    maxTokens =
      settings.has(Generate.maxTokens) ? settings[Generate.maxTokens] : Self.standardLength
    stopTokens = session.stopTokens(settings, template, model.loaded)
    stops = settings[Generate.stop] ?? []
    system = settings[Generate.system]
    seed = settings[Generate.seed].map { UInt64($0) }
    if settings[Generate.count] > 1 {
      throw VerbFailure(
        "E0213", "a conversation goes on from one reply", argument: Generate.count,
        help: "leave n out; `generate …, n: \(settings[Generate.count])` gives several")
    }
  }

  /// Who is talked to.
  package var partner: String {
    model.source + (session.state.activeAdapter.map { " with the adapter \"\($0)\"" } ?? "")
  }

  /// Says something and streams what the model answers. An interrupted answer stays as far as it came;
  /// after a failure the conversation is as before.
  package func say(
    _ text: String, onText: (String) -> Void
  ) throws(VerbFailure) -> Reply {
    messages.append(Message(.user, text))
    do throws(VerbFailure) {
      return try answer(onText)
    } catch {
      messages.removeLast()
      throw error
    }
  }

  /// Takes the last answer back and asks for another; nil if there is none.
  package func retry(onText: (String) -> Void) throws(VerbFailure) -> Reply? {
    guard messages.last?.role == .assistant else { return nil }
    messages.removeLast()
    return try answer(onText)
  }

  /// Takes the last question and its answer back; false if there is none.
  package func undo() -> Bool {
    guard messages.count >= 2 else { return false }
    messages.removeLast(2)
    return true
  }

  /// Puts other words into the model's last answer; false if there is none.
  package func correct(_ text: String) -> Bool {
    guard messages.last?.role == .assistant else { return false }
    messages[messages.count - 1].content = text
    return true
  }

  /// Adds the conversation to a file as a row of training data, one JSON object on one line; gives the
  /// number of the row, or nil if nothing was said yet.
  package func append(to name: String) throws(FileError) -> Int? {
    guard !messages.isEmpty else { return nil }
    let all = (system.map { [Message(.system, $0)] } ?? []) + messages
    let row: JSONValue = [
      "messages": .array(
        all.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
    ]
    let path = Paths.expandingHome(name)
    try AppendedLine.append(row.text(.compact, sortedKeys: false), to: path)
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) {
      unsafe file.bytes.split(separator: UInt8(ascii: "\n")).count
    }
  }

  // MARK: Answering

  private func answer(_ onText: (String) -> Void) throws(VerbFailure) -> Reply {
    let (prompt, forgotten) = try prompt()
    var printer = ReplyPrinter(
      tokenizer: model.loaded.tokenizer, stops: stops, after: prompt)
    let generator = TextGenerator(
      model: model.decoder, adapter: session.state.adapter?.adapter, compute: model.compute)
    attempts += 1
    let result = generator.generate(
      prompt: prompt, maxTokens: maxTokens, stopTokens: stopTokens,
      sampling: sampling, seed: (seed ?? session.state.seed) &+ attempts, prefix: prefix
    ) { token in
      let (text, isStopped) = printer.append(token)
      if !text.isEmpty { onText(text) }
      if isStopped { return .stop }
      return session.isInterrupted() ? .interrupted : nil
    }
    if result.stopReason == .notFinite { throw .scoresAreNotFinite(after: result.tokens.count) }
    let rest = printer.finish()
    if !rest.isEmpty { onText(rest) }
    messages.append(Message(.assistant, printer.text))
    let ending: Reply.Ending =
      switch result.stopReason {
      case .endOfTurn, .stop: .whole
      case .maxTokens, .context: .full
      case .interrupted, .notFinite: .interrupted
      }
    return Reply(ending: ending, forgottenTurns: forgotten)
  }

  /// The tokens of the conversation; the oldest turns are left out where the context is too small.
  private func prompt() throws(VerbFailure) -> (tokens: [Int32], forgottenTurns: Int) {
    let context = model.decoder.description.sizes.context
    let room = min(maxTokens, context / 4)
    var said = messages
    while true {
      let tokens = try tokens(of: said)
      if tokens.count + room <= context { return (tokens, (messages.count - said.count) / 2) }
      guard said.count > 2 else {
        throw VerbFailure(
          "E0415", "this has \(tokens.count) tokens, and the model's context holds \(context)",
          help: "say it shorter")
      }
      said.removeFirst(2)
    }
  }

  private func tokens(of said: [Message]) throws(VerbFailure) -> [Int32] {
    let all = (system.map { [Message(.system, $0)] } ?? []) + said
    do throws(ChatTemplateError) {
      return model.loaded.text.encode(
        try template.segments(for: all, opensReply: true), of: template
      ).tokens
    } catch {
      throw VerbFailure("E0416", "\(error)")
    }
  }
}
