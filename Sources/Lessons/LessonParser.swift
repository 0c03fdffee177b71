import Diagnostics
import RecipeLanguage
import Sessions

/// Reads the Markdown of a lesson: headings begin steps, fences have roles, quotations are hints and the word that
/// follows the right answer.
struct LessonParser {
  private let file: String
  private let name: String
  private let lines: [Substring]
  private var index = 0
  private var header: Header?
  private var introduction = ""
  private var steps: [Lesson.Step] = []
  private var draft: Draft?

  private struct Header {
    let title: String
    var minutes = 0
    var needs: [String] = []
    var teaches: [String] = []
  }

  /// A step that is being read.
  private struct Draft {
    let title: String
    let line: Int
    var prose = ""
    var setup = ""
    var prediction: Lesson.Prediction?
    var task = ""
    var checks: [Lesson.Check] = []
    var wrong: [String] = []
    var hints: [String] = []
    var right = ""
  }

  private enum Role: String, CaseIterable {
    case setup = "skillet setup"
    case task = "skillet task"
    case wrong = "skillet wrong"
    case predict, check
  }

  /// - Parameters:
  ///   - text: of the whole file.
  ///   - file: its path or name, for errors.
  static func lesson(_ text: String, file: String) throws(LessonError) -> Lesson {
    var parser = LessonParser(text, file: file)
    return try parser.parse()
  }

  private init(_ text: String, file: String) {
    self.file = file
    let last = file.split(separator: "/").last ?? ""
    let stem = last.hasSuffix(".md") ? last.dropLast(3) : last
    let unnumbered = stem.drop { $0.isNumber || $0 == "-" }
    name = String(unnumbered.isEmpty ? stem : unnumbered)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private mutating func parse() throws(LessonError) -> Lesson {
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.hasPrefix("## ") {
        try finishStep()
        draft = Draft(title: String(line.dropFirst(3)), line: index)
      } else if line.hasPrefix("# ") {
        header = Header(title: String(line.dropFirst(2)))
        try parseFacts()
      } else if line.hasPrefix("```") {
        try parseFence(String(line.dropFirst(3)))
      } else if line.hasPrefix("> ") {
        try parseRemark(line.dropFirst(2))
      } else {
        if draft == nil { introduction += line + "\n" } else { draft?.prose += line + "\n" }
      }
    }
    try finishStep()
    guard let header, !steps.isEmpty else {
      throw error("a lesson has a title and steps", "write # Title, its facts and ## Step")
    }
    return Lesson(
      name: name, title: header.title, minutes: header.minutes, needs: header.needs,
      teaches: header.teaches, introduction: introduction.trimmed, steps: steps)
  }

  /// `minutes: 6 · needs: tiny · teaches: load, eval`
  private mutating func parseFacts() throws(LessonError) {
    guard index < lines.count, lines[index].hasPrefix("minutes:") else {
      throw error(
        "the facts are missing", "write minutes: 6 · needs: tiny · teaches: load", at: index + 1)
    }
    for part in lines[index].split(separator: "·") {
      let halves = part.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
      guard halves.count == 2 else {
        throw error("`\(part)` is no fact", "write name: value", at: index + 1)
      }
      let values = halves[1].split(separator: ",").map { String($0).trimmed }
      switch halves[0] {
      case "minutes": header?.minutes = Int(halves[1]) ?? 0
      case "needs": header?.needs = values
      case "teaches": header?.teaches = values
      default:
        throw error(
          "there is no fact `\(halves[0])`", "take minutes, needs, teaches", at: index + 1)
      }
    }
    guard let minutes = header?.minutes, minutes > 0 else {
      throw error("minutes are a whole number above 0", "write minutes: 6", at: index + 1)
    }
    index += 1
  }

  private mutating func parseFence(_ info: String) throws(LessonError) {
    let start = index
    guard let role = Role(rawValue: info.trimmed) else {
      let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("a fence is for `\(info)`, which means nothing here", "the roles are \(roles)")
    }
    while index < lines.count, !lines[index].hasPrefix("```") { index += 1 }
    guard index < lines.count, draft != nil else {
      throw error("the fence has no end, or stands before the first step", "close it with ```")
    }
    let body = lines[start..<index]
    let text = body.joined(separator: "\n")
    index += 1
    switch role {
    case .setup:
      let lines = try language(text, at: start)
      draft?.setup += lines + "\n"
    case .task:
      let lines = try language(text, at: start)
      draft?.task = lines
    case .wrong: draft?.wrong.append(text)
    case .predict:
      let prediction = try prediction(body, at: start)
      draft?.prediction = prediction
    case .check:
      for (offset, line) in body.enumerated() where !line.allSatisfy(\.isWhitespace) {
        let check = try check(String(line), at: start + offset + 1)
        draft?.checks.append(check)
      }
    }
  }

  /// Recipe lines that have no mistake that can be seen without running them.
  private func language(_ text: String, at line: Int) throws(LessonError) -> String {
    let tree = Parser.parse(SourceText(name: file, text: text))
    if let mistake = tree.diagnostics.first {
      throw error(mistake.message, "mend the recipe lines", at: line)
    }
    return text
  }

  /// A question, and behind `=` on a line of its own what answers it.
  private func prediction(
    _ body: ArraySlice<Substring>, at line: Int
  ) throws(LessonError) -> Lesson.Prediction {
    guard let last = body.last, last.hasPrefix("="), body.count > 1 else {
      throw error("a prediction ends in its answer", "write = expression on a line", at: line)
    }
    let question = body.dropLast().joined(separator: " ")
    return Lesson.Prediction(
      question: question.trimmed, answer: try expression(String(last.dropFirst()), at: line))
  }

  /// `condition else "sentence"`.
  private func check(_ text: String, at line: Int) throws(LessonError) -> Lesson.Check {
    let parts = text.split(separator: " else \"", maxSplits: 1).map(String.init)
    guard parts.count == 2, parts[1].trimmed.hasSuffix("\"") else {
      throw error("a check has a condition and a sentence", "write x == 1 else \"…\"", at: line)
    }
    return Lesson.Check(
      condition: try expression(parts[0], at: line),
      reply: String(parts[1].trimmed.dropLast()).replacing("\\\"", with: "\""))
  }

  private func expression(_ text: String, at line: Int) throws(LessonError) -> LessonExpression {
    do throws(LessonExpression.Malformed) {
      return try LessonExpression(text.trimmed)
    } catch {
      throw self.error(
        "`\(text.trimmed)` is no expression: \(error.reason)", "see the reference", at: line)
    }
  }

  /// `> hint: …` and `> right: …`.
  private mutating func parseRemark(_ text: Substring) throws(LessonError) {
    let halves = text.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
    switch halves.first {
    case "hint" where halves.count == 2: draft?.hints.append(halves[1])
    case "right" where halves.count == 2: draft?.right = halves[1]
    default: throw error("`\(text)` is neither hint nor right", "write > hint: … or > right: …")
    }
  }

  private mutating func finishStep() throws(LessonError) {
    guard let draft else { return }
    self.draft = nil
    for (isMissing, what) in [
      (draft.task.isEmpty, "a task"), (draft.checks.isEmpty, "a check"),
      (draft.wrong.isEmpty, "a wrong answer"), (draft.hints.count < 2, "two hints"),
      (draft.right.isEmpty, "a word for the right answer (> right:)"),
    ] where isMissing {
      throw error("the step \"\(draft.title)\" lacks \(what)", "write it", at: draft.line)
    }
    steps.append(
      Lesson.Step(
        title: draft.title, prose: draft.prose.trimmed, setup: draft.setup,
        prediction: draft.prediction, task: draft.task, checks: draft.checks, wrong: draft.wrong,
        hints: draft.hints, right: draft.right))
  }

  private func error(_ reason: String, _ fix: String, at line: Int? = nil) -> LessonError {
    LessonError(file: file, line: line ?? index, reason: reason, fix: fix)
  }
}

extension LessonExpression {
  struct Malformed: Error {
    let reason: String
  }

  init(_ text: String) throws(Malformed) {
    let tree = Parser.parse(SourceText(name: "lesson", text: text))
    guard tree.diagnostics.isEmpty, tree.statements.count == 1,
      case .operation(.expression(let expression))? = tree.statements.first?.kind
    else { throw Malformed(reason: tree.diagnostics.first?.message ?? "it is a command") }
    self.text = text
    self.expression = expression
  }
}

extension String {
  /// Without blanks and line ends at both ends.
  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
