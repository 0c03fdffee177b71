import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Generate: Verb {
  package static let prompt = Argument.requiredTexts("prompt", "what the user says, or a list")
  package static let maxTokens = Argument.int(
    "max_tokens", 1...1_000_000, default: 64,
    foreign: ["max_new_tokens", "n_predict", "num_predict"], "longest reply in tokens")
  package static let temperature = Argument.number(
    "temperature", 0...100, default: 0, foreign: ["temp"], "0 takes the likeliest token always")
  package static let topK = Argument<Int?>.int(
    "top_k", 1...10_000_000, "only this many of the likeliest tokens")
  package static let topP = Argument<Double?>.number(
    "top_p", 0...1, "only the likeliest tokens that reach this share")
  package static let minP = Argument<Double?>.number(
    "min_p", 0...1, "only tokens at least this likely beside the likeliest")
  package static let repetitionPenalty = Argument<Double?>.number(
    "repetition_penalty", 0.01...100, foreign: ["repeat_penalty"],
    "above 1 avoids tokens seen before")
  package static let stop = Argument.texts(
    "stop", foreign: ["stop_sequences"], "text that ends the reply")
  package static let chat = Argument.word(
    "chat", [Word.auto, Word.none], default: Word.auto,
    "auto writes the prompt as the dataset or the model does; none takes it as it is")
  package static let special = Argument.flag(
    "special", default: true,
    "whether names of special tokens in stop, and in prompts with chat: none, are tokens")
  package static let system = Argument.text(
    "system", "the system message, instead of the model's own")

  package static let seed = Argument<Int?>.int(
    "seed", 0...Int.max, foreign: ["random_seed"], "root of the draws, instead of the session's")
  package static let count = Argument.int(
    "n", 1...1000, default: 1, foreign: ["num_return_sequences", "best_of"],
    "replies to each prompt, each drawn by itself; needs a temperature above 0")
  package static let date = Argument.text(
    "date", "what the model's own template writes where it asks for today, e.g. \"2026-11-26\"")

  package static let declaration = VerbDeclaration(
    "generate", "lets the model continue one prompt or a list of prompts",
    arguments: [
      prompt, maxTokens, temperature, topK, topP, minP, repetitionPenalty, stop, chat, special,
      system, seed, count, date,
    ],
    fields: [
      FieldDeclaration("text", "string", "the reply; a list for several prompts"),
      FieldDeclaration("tokens", "int", "tokens of the reply"),
      FieldDeclaration("tokens_per_second", "float", "pace of the reply"),
      FieldDeclaration(
        "stop_reason", "word", "end_of_turn, max_tokens, stop, context or interrupted"),
      FieldDeclaration(
        "texts", "list", "all replies, with n above 1; the other fields are the first's"),
    ],
    listedBy: prompt, effects: [.needs(.model), .uses(.adapter)],
    examples: [
      "generate \"What is the capital of France?\", max_tokens: 16",
      "generate \"Once upon a time\", chat: none, temperature: 0.8, top_p: 0.9",
    ],
    related: ["tokenize", "use"], foreign: ["chat", "complete", "infer", "predict", "sample"],
    details: """
      At each step the model scores all tokens. repetition_penalty lowers the scores of those seen \
      before; with temperature 0 the likeliest is taken, else probabilities are softmax(scores / \
      temperature), of which min_p, top_k and top_p, in this order, leave the likeliest, and one \
      is drawn with `seed`, or the session's: the same seed gives the same text. The reply ends with an \
      end token of the model, a stop string, max_tokens or the end of the context.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.generate(call)
  }
}

extension Session {
  func generate(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Generate.name)
    let prompts = call[Generate.prompt].texts
    guard !prompts.isEmpty else {
      throw VerbFailure(
        "E0414", "there is no prompt in the list", argument: Generate.prompt,
        help: "give at least one")
    }
    guard call[Generate.count] == 1 || call[Generate.temperature] > 0 else {
      throw VerbFailure(
        "E0213", "at temperature 0 all \(call[Generate.count]) replies would be the same",
        argument: Generate.count, help: "add temperature: 0.8, or leave n out")
    }
    try tellSpecialNames(prompts, call, model)
    let replies = try replies(to: prompts, call, model)
    let count = call[Generate.count]
    let records = stride(from: 0, to: replies.count, by: count).map { first in
      record(
        of: replies[first..<min(first + count, replies.count)], isOne: count == 1)
    }
    if call[Generate.prompt].isList {
      let names = records.first?.names ?? []
      return .record(
        Record(names.map { name in (name, .list(records.map { $0[name] ?? .none })) }))
    }
    return records.first.map { .record($0) } ?? .none
  }

  /// The first of the replies to one prompt, with the texts of all where several were asked for.
  private func record(of replies: ArraySlice<GeneratedReply>, isOne: Bool) -> Record {
    var record = replies.first?.record ?? Record([])
    record["texts"] = isOne ? Value.none : .list(replies.map { .string($0.text) })
    return record
  }

  /// The model's end tokens, and special tokens that `stop` names.
  func stopTokens(
    _ call: VerbCall, _ template: ChatTemplate?, _ model: LoadedModel
  ) -> Set<Int32> {
    var tokens = model.stopTokens(of: template)
    guard call[Generate.special] else { return tokens }
    for stop in call[Generate.stop] ?? [] {
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
    let areTokens = template?.readsMarkers ?? call[Generate.special]
    let prompts = prompts.count == 1 ? "the prompt has" : "\(found.count) prompts have"
    notice(
      "\(prompts) names of special tokens (\(name)): "
        + (areTokens
          ? "they are those tokens; special: false spells them out"
          : "they stay text, as in every message"))
  }

  func sampling(_ call: VerbCall) -> SamplingOptions {
    SamplingOptions(
      temperature: Float(call[Generate.temperature]), topK: call[Generate.topK],
      topP: call[Generate.topP].map { Float($0) }, minP: call[Generate.minP].map { Float($0) },
      repetitionPenalty: Float(call[Generate.repetitionPenalty] ?? 1))
  }
}
