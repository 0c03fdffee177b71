import Diagnostics
import Files
import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Answers: Verb {
  package static let part = Argument<DatasetSplit.Part>.choice(
    "on", default: .valid, "the part whose rows are answered")
  package static let rows = Argument<Int>.int(
    "rows", 1...1_000_000, default: 20, foreign: ["n", "k", "count", "limit", "num_samples"],
    "how many of its rows, from the first")
  package static let maxTokens = Argument<Int>.int(
    "max_tokens", 1...1_000_000, default: 64, "longest answer in tokens")
  package static let file = Argument<String?>.path(
    "to", .output, "a .jsonl file that gets a line for each row")

  package static let declaration = VerbDeclaration(
    "answers",
    "lets the base and the adapter answer held-out rows, beside the answers that are wanted",
    arguments: [part, rows, maxTokens, file],
    fields: [
      FieldDeclaration(
        "exact_match", "percent", role: .figure, "answers that are the wanted text"),
      FieldDeclaration(
        "rouge_l", "float", role: .figure,
        "ROUGE-L: F1 of the longest common subsequence of words, the mean"),
      FieldDeclaration(
        "valid_json", "percent", role: .figure, "answers that are JSON, where all wanted ones are"),
      FieldDeclaration("base_exact_match", "percent", "the same of the base without the adapter"),
      FieldDeclaration("base_rouge_l", "float", "the same of the base"),
      FieldDeclaration("base_valid_json", "percent", "the same of the base"),
      FieldDeclaration("rows", "int", "rows that were answered"),
      FieldDeclaration("seconds", "duration", role: .extent, "time taken"),
      FieldDeclaration(
        "table", "table", "a row each, the worst first: prompt, wanted, base, adapter, rouge_l"),
    ],
    effects: [
      .needs(.model), .needs(.dataset), .uses(.adapter),
      .needsRowsNamed(by: part.declaration), .measures,
    ],
    examples: ["answers rows: 2, max_tokens: 8"], related: ["eval", "generate", "compare"],
    details: """
      A loss says how likely the wanted tokens were; an answer is what a user would see. The likeliest token is \
      taken at each step, so that the same model gives the same answers. What is wanted is what a row trains \
      last; the model reads all of the row before it, as training does, and the prompt that is shown is the last \
      message of that.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.answers(call)
  }
}

extension Session {
  fileprivate func answers(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Answers.name)
    let data = try requireData(Answers.name)
    let part = call[Answers.part]
    let conversations = data.dataset.hasPlainTexts ? [] : data.rows(part)
    var questions: [Question] = []
    for row in conversations.prefix(call[Answers.rows]) {
      guard case .messages(let messages) = try data.dataset.exampleOrFailure(at: row).content,
        let question = Question(data.dataset.tokenized[row], messages, model.loaded.tokenizer)
      else { continue }
      questions.append(question)
    }
    guard !questions.isEmpty else {
      throw VerbFailure(
        "E0412", "no row of the part `\(part.rawValue)` has a prompt and an answer behind it",
        argument: Answers.part,
        help: data.rows(part).isEmpty
          ? "cut the dataset first: split valid: 10%" : "plain text has none; eval measures it")
    }
    let start = ContinuousClock.now
    let answered = try answer(questions, call, model)
    if let path = call[Answers.file] { try write(answered, to: path) }
    let hasAdapter = state.adapter != nil
    let isJSON = answered.allSatisfy { AnswerScore.isJSON($0.question.wanted) }
    var record = Record([])
    if hasAdapter { record.add(scores: answered.compactMap(\.adapter), prefix: "", isJSON) }
    record.add(scores: answered.map(\.base), prefix: hasAdapter ? "base_" : "", isJSON)
    record["rows"] = .int(answered.count)
    record["seconds"] = .duration((ContinuousClock.now - start).seconds)
    record["table"] = .table(
      Table(rows: answered.sorted { $0.rank < $1.rank }.map { $0.row }, heading: "line"))
    record.reference = rememberAdapter()
    tellWorst(of: answered)
    return .record(record)
  }

  /// What the table cuts: the answer that is farthest from what was wanted, beside that.
  private func tellWorst(of answered: [AnsweredQuestion]) {
    guard let worst = answered.min(by: { $0.rank < $1.rank }) else { return }
    let answer = worst.adapter ?? worst.base
    guard !answer.score.isExact else { return }
    // as it reads, without the signs that its quotes would need within others
    func shown(_ text: String) -> String { VisibleText.onOneLine(String(text.prefix(200))) }
    notice("the worst, line \(worst.question.line): wanted \(shown(worst.question.wanted))")
    notice("got \(answer.text.isEmpty ? "nothing" : shown(answer.text))")
  }

  private func answer(
    _ questions: [Question], _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> [AnsweredQuestion] {
    let start = ContinuousClock.now
    let models = [nil] + (state.adapter.map { [$0.adapter] } ?? [])
    let total = questions.count * models.count
    var (done, finished) = (0, 0)
    // replies are made side by side, so that the tokens of the longest tell how far they are
    let steps = models.count * call[Answers.maxTokens]
    let replies = Replies(
      model, stops: try endTokens(call, model), maxTokens: call[Answers.maxTokens],
      isInterrupted: isInterrupted)
    let answers = try models.map { adapter throws(VerbFailure) in
      defer { finished += call[Answers.maxTokens] }
      return try replies.replies(to: questions, adapter) { longest in
        done += 1
        let seconds = (ContinuousClock.now - start).seconds
        let step = max(1, finished + longest)
        var state = Progress(
          verb: Answers.name, done: done, total: total, unit: "answers",
          secondsLeft: seconds * Double(steps - step) / Double(step), seconds: seconds)
        state.mayEndEarly = true
        progress(state)
      }
    }
    return questions.indices.map { index in
      AnsweredQuestion(
        questions[index], base: answers[0][index],
        adapter: answers.count > 1 ? answers[1][index] : nil)
    }
  }

  /// The tokens that end a reply to `generate`.
  private func endTokens(
    _ call: VerbCall, _ model: ModelInUse
  ) throws(VerbFailure) -> Set<Int32> {
    let reply = VerbCall(
      verb: Generate.declaration, given: [:], range: call.range, ranges: [:])
    return stopTokens(reply, try template(reply, model), model.loaded)
  }

  private func write(_ answered: [AnsweredQuestion], to path: String) throws(VerbFailure) {
    let lines = answered.map { $0.json.text(.compact, sortedKeys: false) + "\n" }
    do throws(FileError) {
      try AtomicFile.write(lines.joined(), to: Paths.expandingHome(path))
    } catch {
      throw VerbFailure(error, argument: Answers.file)
    }
  }
}

/// A row cut in two: what is read, and what should come then.
private struct Question {
  let line: Int
  let prompt: [Int32]
  /// What was said last before the reply: what tells this row from others.
  let asked: String
  let wanted: String

  /// nil for a row in which nothing stands before what is trained last.
  init?(_ example: TokenizedExample, _ messages: [Message], _ tokenizer: Tokenizer) {
    let trained = example.trained
    guard let end = trained.lastIndex(of: true) else { return nil }
    let first = trained[...end].lastIndex(of: false).map { $0 + 1 } ?? 0
    guard first > 0 else { return nil }
    prompt = Array(example.tokens[..<first])
    line = example.line
    let reply = messages.lastIndex { $0.role == .assistant && $0.isTrained } ?? messages.endIndex
    let last = messages[..<reply].last { $0.role != .assistant }
    asked = last.map { $0.content + ($0.context.isEmpty ? "" : "\n\n" + $0.context) } ?? ""
    wanted = tokenizer.decode(example.tokens[first...end], skipSpecial: true)
  }
}

/// Greedy replies of one model.
private struct Replies {
  let model: ModelInUse
  let stops: Set<Int32>
  let maxTokens: Int
  let isInterrupted: () -> Bool

  init(
    _ model: ModelInUse, stops: Set<Int32>, maxTokens: Int, isInterrupted: @escaping () -> Bool
  ) {
    self.model = model
    self.stops = stops
    self.maxTokens = maxTokens
    self.isInterrupted = isInterrupted
  }

  /// - Parameter onEnd: called after each of them, with the tokens of the longest so far.
  func replies(
    to questions: [Question], _ adapter: Adapter?, onEnd: (Int) -> Void
  ) throws(VerbFailure) -> [String] {
    let limit = model.decoder.description.sizes.context
    for question in questions where question.prompt.count >= limit {
      throw VerbFailure(
        "E0415",
        "the prompt of line \(question.line) has \(question.prompt.count) tokens, and the model's "
          + "context holds \(limit)", help: "read the dataset with max_length: \(limit)")
    }
    var counts = questions.map { _ in 0 }
    let results = TextGenerator(model: model.decoder, adapter: adapter, compute: model.compute)
      .generate(
        prompts: questions.map { (tokens: $0.prompt, seed: 0) }, maxTokens: maxTokens,
        stopTokens: stops, sampling: SamplingOptions(temperature: 0),
        onToken: { index, _ in
          counts[index] += 1
          return isInterrupted() ? .interrupted : nil
        }, onEnd: { _, _ in onEnd(counts.max() ?? 0) })
    if let failed = results.first(where: { $0.stopReason == .notFinite }) {
      throw .scoresAreNotFinite(after: failed.tokens.count)
    }
    guard results.allSatisfy({ $0.stopReason != .interrupted }) else {
      throw VerbFailure(
        "E0901", "`\(Answers.name)` was interrupted, so it has no result", kind: .interrupted)
    }
    return results.map { model.loaded.tokenizer.decode($0.tokens, skipSpecial: true) }
  }
}

private struct AnsweredQuestion {
  typealias Answer = (text: String, score: AnswerScore)

  let question: Question
  let base: Answer
  /// nil where no adapter is in use.
  let adapter: Answer?

  init(_ question: Question, base: String, adapter: String?) {
    let scored = { (text: String) in
      (text: text, score: AnswerScore(text, wanted: question.wanted))
    }
    self.question = question
    self.base = scored(base)
    self.adapter = adapter.map(scored)
  }

  /// By how good the answer is, then by place.
  var rank: (Int, Double, Int) {
    let score = (adapter ?? base).score
    return (score.isExact ? 1 : 0, score.rougeL, question.line)
  }

  private var texts: [(name: String, value: String)] {
    [("prompt", question.asked), ("wanted", question.wanted)]
      + (adapter.map { [("adapter", $0.text)] } ?? []) + [("base", base.text)]
  }

  var row: Table.Row {
    Table.Row(
      label: "line \(question.line)",
      record: Record(
        texts.map { ($0.name, .string($0.value)) } + [
          ("rouge_l", .float((adapter ?? base).score.rougeL))
        ]))
  }

  var json: JSONValue {
    var object = JSONObject()
    object["line"] = .int(question.line)
    for (name, value) in texts { object[name] = .string(value) }
    object["exact"] = .bool((adapter ?? base).score.isExact)
    object["rouge_l"] = .double((adapter ?? base).score.rougeL)
    return .object(object)
  }
}

extension Record {
  fileprivate mutating func add(
    scores answers: [AnsweredQuestion.Answer], prefix: String, _ isJSON: Bool
  ) {
    let count = Double(answers.count)
    let share = { (holds: (AnswerScore) -> Bool) in
      Value.percent(Double(answers.count { holds($0.score) }) / count)
    }
    self[prefix + "exact_match"] = share(\.isExact)
    self[prefix + "rouge_l"] = .float(answers.reduce(0) { $0 + $1.score.rougeL } / count)
    if isJSON { self[prefix + "valid_json"] = share(\.isJSON) }
  }
}
