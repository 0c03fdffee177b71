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
    try tellSpecialNames(prompts.compactMap(\.text), call, model)
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
      stopTokens: stopTokens(call, template, model.loaded), sampling: sampling(call),
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

  /// The model's end tokens, and special tokens that `stop` names.
  func stopTokens(
    _ call: VerbCall, _ template: ChatTemplate?, _ model: LoadedModel
  ) -> Set<Int32> {
    var tokens = model.stopTokens(of: template)
    guard call.bool("special") ?? true else { return tokens }
    for stop in call.list("stop")?.compactMap(\.text) ?? [] {
      let ids = model.tokenizer.encode(stop, parseSpecial: true)
      if ids.count == 1, model.tokenizer.isControl(ids[0]) { tokens.insert(ids[0]) }
    }
    return tokens
  }

  /// Says where prompts have names of special tokens, and what becomes of them.
  private func tellSpecialNames(
    _ prompts: [String], _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) {
    let found = prompts.map { model.loaded.tokenizer.specialNames(in: $0) }.filter { !$0.isEmpty }
    guard let name = found.first?.first else { return }
    let template = try template(call, model)
    let areTokens = template?.readsMarkers ?? (call.bool("special") ?? true)
    let prompts = prompts.count == 1 ? "the prompt has" : "\(found.count) prompts have"
    notice(
      "\(prompts) names of special tokens (\(name)): "
        + (areTokens
          ? "they are those tokens; special: false spells them out"
          : "they stay text, as in every message"))
  }

  private func check(_ prompt: [Int32], fit model: ModelInUse) throws(VerbFailure) {
    guard !prompt.isEmpty else {
      throw VerbFailure(
        "E0414", "the prompt is empty", argument: "prompt", help: "give at least one character")
    }
    let limit = model.decoder.description.sizes.context
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
      if let dataset = state.data?.dataset {
        let name = dataset.summary.template
        // A format that was chosen by name is that format, and no variation of the model's own.
        if dataset.options.template == "auto",
          case .success(let own)? = model.loaded.text.ownTemplate,
          own.name == name
        {
          return own
        }
        return name == "none"
          ? plainTemplate(call, model)
          : try ChatTemplate(named: name, tokens: model.loaded.text.tokens)
      }
      return try model.loaded.text.ownTemplate?.get()
    } catch {
      var message = "\(error)"
      if case .unrecognised(let reason, _) = error {
        message = "the model's own chat template is none that Skillet can write: \(reason)"
      }
      throw VerbFailure(
        "E0416", message, argument: call.ranges["chat"] == nil ? nil : "chat",
        help: "write chat: none to send the prompt as it is, or read a dataset with a template "
          + "by name first")
    }
  }

  private func plainTemplate(_ call: VerbCall, _ model: ModelInUse) -> ChatTemplate {
    var template = model.loaded.text.plainTemplate
    template.readsMarkers = call.bool("special") ?? true
    return template
  }

  private func render(
    _ prompt: String, _ template: ChatTemplate?, _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [Int32] {
    guard let template else {
      let isMarkup = call.bool("special") ?? true
      return model.loaded.text.encode([Segment(prompt, isMarkup: isMarkup)]).tokens
    }
    var messages = [Message(.user, prompt)]
    if let system = call.text("system") { messages.insert(Message(.system, system), at: 0) }
    do throws(ChatTemplateError) {
      return model.loaded.text.encode(
        try template.segments(for: messages, opensReply: true), of: template
      ).tokens
    } catch {
      throw VerbFailure("E0416", "\(error)", argument: "prompt")
    }
  }
}
