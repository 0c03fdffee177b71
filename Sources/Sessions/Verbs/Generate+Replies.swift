import Models
import RecipeLanguage
import Tokenizers

/// The replies of `generate`, made side by side and shown one after the other.
extension Session {
  /// A reply as it was made.
  struct GeneratedReply {
    let text: String
    let result: TextGenerator.Result

    var record: Record {
      Record([
        ("text", .string(text)), ("tokens", .int(result.tokens.count)),
        ("tokens_per_second", .float(result.tokensPerSecond)),
        ("stop_reason", .word(result.stopReason.rawValue)),
      ])
    }
  }

  /// The replies to prompts, each as often as `n` says; after an interruption those that were begun.
  func replies(
    to prompts: [String], _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [GeneratedReply] {
    let template = try template(call, model)
    let seed = call[Generate.seed].map { UInt64($0) } ?? state.seed
    var requests: [(tokens: [Int32], seed: UInt64)] = []
    for prompt in prompts {
      let tokens = try render(prompt, template, call, model)
      try require(tokens, fit: model)
      requests += (0..<call[Generate.count]).map { (tokens, seed &+ UInt64($0)) }
    }
    let stops = call[Generate.stop] ?? []
    var printers = requests.map {
      ReplyPrinter(tokenizer: model.loaded.tokenizer, stops: stops, after: $0.tokens)
    }
    var turns = TextsInTurn(count: requests.count)
    func show(_ text: String) { if !text.isEmpty { onEvent(.text(text)) } }
    let generator = TextGenerator(
      model: model.decoder, adapter: state.adapter?.adapter, compute: model.compute)
    let results = generator.generate(
      prompts: requests, maxTokens: call[Generate.maxTokens],
      stopTokens: stopTokens(call, template, model.loaded), sampling: sampling(call),
      onToken: { index, token in
        let (text, isStopped) = printers[index].append(token)
        show(turns.add(text, at: index))
        if isStopped { return .stop }
        return isInterrupted() ? .interrupted : nil
      },
      onEnd: { index, _ in
        show(turns.add(printers[index].finish(), at: index))
        show(turns.end(index))
      })
    if let failed = results.first(where: { $0.stopReason == .notFinite }) {
      throw .scoresAreNotFinite(after: failed.tokens.count)
    }
    if results.contains(where: { $0.stopReason == .interrupted }) { onEvent(.cutShort()) }
    return zip(printers, results).map { GeneratedReply(text: $0.text, result: $1) }
  }

  private func require(_ prompt: [Int32], fit model: ModelInUse) throws(VerbFailure) {
    guard !prompt.isEmpty else {
      throw VerbFailure(
        "E0414", "the prompt is empty", argument: Generate.prompt,
        help: "give at least one character")
    }
    let limit = model.decoder.description.sizes.context
    guard prompt.count < limit else {
      throw VerbFailure(
        "E0415", "the prompt has \(prompt.count) tokens, and the model's context holds \(limit)",
        argument: Generate.prompt, help: "shorten it")
    }
  }
}

/// Texts that grow side by side, to be shown one after the other, a line's end behind each: the first that
/// has not ended as it grows, the others when their turn comes.
private struct TextsInTurn {
  private var waiting: [String]
  private var areEnded: [Bool]
  private var turn = 0

  init(count: Int) {
    waiting = [String](repeating: "", count: count)
    areEnded = [Bool](repeating: false, count: count)
  }

  /// What is to be shown now that a text has grown.
  mutating func add(_ text: String, at index: Int) -> String {
    if index == turn { return text }
    waiting[index] += text
    return ""
  }

  /// What is to be shown now that a text has ended.
  mutating func end(_ index: Int) -> String {
    areEnded[index] = true
    var shown = ""
    while turn < areEnded.count, areEnded[turn] {
      shown += "\n"
      turn += 1
      guard turn < waiting.count else { break }
      shown += waiting[turn]
      waiting[turn] = ""
    }
    return shown
  }
}
