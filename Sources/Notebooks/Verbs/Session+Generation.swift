import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

/// generate.
extension Session {
  func generate(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("generate")
    let prompts = call.list("prompt") ?? []
    guard !prompts.isEmpty else {
      throw VerbFailure(
        "E0414", "there is no prompt in the list", argument: "prompt", help: "give at least one")
    }
    var records: [Record] = []
    for prompt in prompts {
      records.append(try reply(to: prompt.text ?? "", call, model))
      if isInterrupted() { break }
    }
    if case .list? = call.arguments["prompt"] {
      let names = records.first?.names ?? []
      return .record(
        Record(names.map { name in (name, .list(records.map { $0[name] ?? .none })) }))
    }
    return records.first.map { .record($0) } ?? .none
  }

  private func reply(
    to prompt: String, _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> Record {
    let template = try template(call, model)
    let tokens = try render(prompt, template, call, model)
    try check(tokens, fit: model)
    var printer = ReplyPrinter(
      tokenizer: model.loaded.tokenizer, stops: call.list("stop")?.compactMap(\.text) ?? [])
    let generator = TextGenerator(
      model: model.decoder, adapter: state.adapter?.adapter, compute: model.compute)
    let result = generator.generate(
      prompt: tokens, maxTokens: call.int("max_tokens") ?? 64,
      stopTokens: model.loaded.stopTokens(of: template), sampling: sampling(call),
      seed: state.seed
    ) { token in
      let (text, isStopped) = printer.append(token)
      if !text.isEmpty { onEvent(.text(text)) }
      if isStopped { return .stop }
      return isInterrupted() ? .interrupted : nil
    }
    if result.stopReason == .not_finite { throw .scoresAreNotFinite(after: result.tokens.count) }
    let rest = printer.finish()
    if !rest.isEmpty { onEvent(.text(rest)) }
    onEvent(.text("\n"))
    if result.stopReason == .interrupted { onEvent(.cutShort) }
    let count = result.tokens.count
    return Record([
      ("text", .string(printer.text)), ("tokens", .int(count)),
      ("tokens_per_second", .float(result.tokensPerSecond)),
      ("stop_reason", .word(result.stopReason.rawValue)),
    ])
  }

  private func check(_ prompt: [Int32], fit model: ModelInUse) throws(VerbFailure) {
    guard !prompt.isEmpty else {
      throw VerbFailure(
        "E0414", "the prompt is empty", argument: "prompt", help: "give at least one character")
    }
    let limit = model.decoder.configuration.contextLength
    guard prompt.count < limit else {
      throw VerbFailure(
        "E0415", "the prompt has \(prompt.count) tokens, and the model's context holds \(limit)",
        argument: "prompt", help: "shorten it")
    }
  }

  func sampling(_ call: VerbCall) -> SamplingOptions {
    SamplingOptions(
      temperature: Float(call.number("temperature") ?? 0), topK: call.int("top_k"),
      topP: call.number("top_p").map { Float($0) }, minP: call.number("min_p").map { Float($0) },
      repetitionPenalty: Float(call.number("repetition_penalty") ?? 1))
  }

  /// The format of prompts: as the dataset in use writes them, so that a tuned model sees what it was
  /// tuned on; else the model's own.
  func template(
    _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> ChatTemplate? {
    if call.text("chat") == "none" { return nil }
    do throws(ChatTemplateError) {
      if let name = state.data?.dataset.summary.template {
        let isOwn = try model.loaded.text.ownTemplate?.get().name == name
        if isOwn { return try model.loaded.text.ownTemplate?.get() }
        return name == "none"
          ? model.loaded.text.plainTemplate
          : try ChatTemplate(named: name, tokens: model.loaded.text.tokens)
      }
      return try model.loaded.text.ownTemplate?.get()
    } catch {
      throw VerbFailure(
        "E0416", "\(error)", argument: call.ranges["chat"] == nil ? nil : "chat",
        help: "write chat: none to send the prompt as it is")
    }
  }

  private func render(
    _ prompt: String, _ template: ChatTemplate?, _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [Int32] {
    guard let template else {
      return model.loaded.text.encode([Segment(prompt)]).tokens
    }
    var messages = [Message(.user, prompt)]
    if let system = call.text("system") { messages.insert(Message(.system, system), at: 0) }
    do throws(ChatTemplateError) {
      return model.loaded.text.encode(try template.segments(for: messages, opensReply: true)).tokens
    } catch {
      throw VerbFailure("E0416", "\(error)", argument: "prompt")
    }
  }
}

/// Turns tokens into text as they come, and holds back what may be the start of a stop string.
struct ReplyPrinter {
  private(set) var text = ""
  private var decoder: StreamingDecoder
  private let stops: [String]
  private var printed = 0

  init(tokenizer: Tokenizer, stops: [String]) {
    decoder = StreamingDecoder(tokenizer)
    self.stops = stops.filter { !$0.isEmpty }
  }

  /// The text that can be shown now, and whether a stop string ended the reply.
  mutating func append(_ token: Int32) -> (text: String, isStopped: Bool) {
    text += decoder.append(token)
    let positions = stops.compactMap { stop in text.firstRange(of: stop)?.lowerBound }
    if let end = positions.min() {
      text = String(text[..<end])
      return (unprinted(upTo: text.utf8.count), true)
    }
    return (unprinted(upTo: text.utf8.count - heldBack), false)
  }

  /// What is left at the end.
  mutating func finish() -> String {
    if stops.allSatisfy({ !text.contains($0) }) { text += decoder.finish() }
    return unprinted(upTo: text.utf8.count)
  }

  /// Bytes at the end of the text that begin a stop string.
  private var heldBack: Int {
    var longest = 0
    for stop in stops {
      let bytes = Array(stop.utf8)
      for length in stride(from: bytes.count - 1, to: longest, by: -1)
      where text.utf8.suffix(length).elementsEqual(bytes.prefix(length)) {
        longest = length
      }
    }
    return longest
  }

  private mutating func unprinted(upTo end: Int) -> String {
    guard end > printed else { return "" }
    let bytes = Array(text.utf8)[printed..<end]
    printed = end
    return String(decoding: bytes, as: UTF8.self)
  }
}
