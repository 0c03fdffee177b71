import Diagnostics
import RecipeLanguage
import Sessions

/// Help generated from the declarations of verbs and functions, before it is laid out.
package struct HelpPage {
  package typealias Row = (name: String, text: String)

  package enum Part {
    /// A heading with what stands behind it.
    case heading(String, more: String = "")
    /// Names, and what they are.
    case rows([Row])
    case paragraph(String)
    /// Lines to type.
    case examples([String])
    /// Where to read on.
    case pointer(String)
    /// Lines that are laid out already.
    case laidOut(String)
  }

  /// There is no help on a subject; the message suggests what there is.
  package struct Missing: Error {
    package let message: String
  }

  package let parts: [Part]

  /// Help on a verb, a function, a code, a command of the prompt, a word of the field, an argument, a word between
  /// slashes or, for an empty subject, everything.
  ///
  /// - Parameters:
  ///   - isDeep: whether the reasons are told as well.
  ///   - sessionCommands: the commands of the prompt that is asked, as they are typed.
  ///   - facts: what the session at hand adds to the reasons of a verb.
  package init(
    _ subject: String, isDeep: Bool, sessionCommands: [Row],
    facts: (String) -> [String] = { _ in [] }
  ) throws(Missing) {
    if subject.isEmpty {
      parts = Self.overview(sessionCommands)
    } else if let search = HelpSearch(subject, sessionCommands: sessionCommands) {
      let findings = search.findings
      if findings.isEmpty { throw Missing(message: "nothing in the help has \(subject)") }
      parts = [.rows(findings)]
    } else if let verb = VerbCatalog.standard.verb(named: subject) {
      parts = Self.parts(on: verb, isDeep: isDeep, facts: isDeep ? facts(verb.name) : [])
    } else if let function = PureFunction(rawValue: subject) {
      parts = [.heading(function.usage.call), .paragraph(function.usage.summary)]
    } else if let page = Explanation.of(subject) {
      parts = [.laidOut(page.page)]
    } else if let command = sessionCommands.first(where: { Self.name(of: $0) == subject }) {
      parts = [.heading(command.name), .paragraph(command.text)]
    } else {
      parts = Self.parts(onWord: subject)
      if parts.isEmpty { throw Missing(message: Self.refusal(of: subject)) }
    }
  }

  /// `:save` of `:save FILE [CELLS]`.
  private static func name(of command: Row) -> String {
    String(command.name.prefix { !$0.isWhitespace })
  }

  /// What the field, the language and arguments of verbs mean by a word.
  private static func parts(onWord word: String) -> [Part] {
    var parts: [Part] = []
    if let entry = Glossary.entry(word) {
      parts += [.heading(entry.names[0]), .paragraph(entry.text)]
    }
    if let usage = Keyword.usage(of: word) {
      parts += [.heading(word), .paragraph(usage.text), .examples([usage.example])]
    }
    let verbs = VerbCatalog.standard.all
    let arguments = verbs.flatMap { verb in
      verb.arguments.filter { $0.name == word }.map { argument -> Row in
        ("\(verb.name) \(argument.isPositional ? word : word + ":")", argument.help)
      }
    }
    let choices = verbs.flatMap { verb in
      verb.arguments.filter { $0.type.words.contains(word) }.map { argument -> Row in
        ("\(verb.name) \(argument.isPositional ? "" : argument.name + ": ")\(word)", argument.help)
      }
    }
    let rows = arguments + choices
    return rows.isEmpty ? parts : parts + [.heading("Where it is used"), .rows(rows)]
  }

  private static func refusal(of subject: String) -> String {
    let known =
      VerbCatalog.standard.all.map(\.name) + PureFunction.allCases.map(\.rawValue)
      + Glossary.all.flatMap(\.names)
    let question = NearestName.question(for: subject, among: known)
    return "there is no help on `\(subject)`; "
      + (question ?? ":help lists what there is, and :help /\(subject)/ looks for the word")
  }

  private static func overview(_ sessionCommands: [Row]) -> [Part] {
    [
      .heading("Commands", more: "  (?name explains one)"),
      .rows(VerbCatalog.standard.all.map { ($0.name, $0.summary) }),
      .heading("At the prompt"),
      .rows(sessionCommands),
      .heading("Functions"),
      .paragraph(PureFunction.allCases.map(\.rawValue).joined(separator: ", ")),
      .heading("Glossary", more: "  (?rank, ?nf4, …)"),
      .paragraph(Glossary.all.map { $0.names[0] }.joined(separator: ", ")),
      .pointer(":help /word/ lists every entry that contains a word"),
    ]
  }

  private static func parts(
    on verb: VerbDeclaration, isDeep: Bool, facts: [String]
  ) -> [Part] {
    var parts: [Part] = [
      .heading(verb.name, more: ": " + verb.summary),
      .rows(
        verb.arguments.map { argument in
          var text = argument.help + " (" + argument.type.description
          if let value = argument.defaultValue { text += "; default " + value.source }
          if argument.isRequired { text += "; required" }
          return (argument.isPositional ? argument.name : argument.name + ":", text + ")")
        }),
    ]
    if !verb.fields.isEmpty {
      parts.append(.heading("Gives"))
      parts.append(.rows(verb.fields.map { ($0.name, $0.help + " (" + $0.type + ")") }))
    }
    parts.append(.heading("Examples"))
    parts.append(.examples(verb.examples))
    if isDeep, !verb.details.isEmpty {
      parts.append(.heading("Why"))
      parts.append(.paragraph(verb.details.split(separator: "\n").joined(separator: " ")))
    }
    if !facts.isEmpty { parts += [.heading("Here")] + facts.map { .paragraph($0) } }
    let more = isDeep || verb.details.isEmpty ? "" : "; ??\(verb.name) says why"
    parts.append(.pointer("See also " + verb.related.joined(separator: ", ") + more))
    return parts
  }

  // MARK: As text

  /// The page for a terminal or a file.
  package func lines(on page: TextPage) -> [String] {
    parts.flatMap { part -> [String] in
      switch part {
      case .heading(let text, let more): [page.style(.heading, text) + more]
      case .rows(let rows): Self.lines(of: rows, on: page)
      case .paragraph(let text):
        WrappedText.lines(text, columns: max(20, page.columns - 2)).map { "  " + $0 }
      case .examples(let lines): lines.map { "  " + $0 }
      case .pointer(let text): [page.style(.dim, text)]
      case .laidOut(let text):
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
    }
  }

  /// Names in one column, what they are in the next.
  private static func lines(of rows: [Row], on page: TextPage) -> [String] {
    let width = min(30, rows.map { DisplayWidth.of($0.name) }.max() ?? 0)
    return rows.flatMap { row in
      let isLong = DisplayWidth.of(row.name) > width
      let lines = WrappedText.lines(row.text, columns: max(20, page.columns - width - 4))
      return (isLong ? ["  " + page.style(.name, row.name)] : [])
        + lines.enumerated().map { index, line in
          let name = DisplayWidth.padded(index == 0 && !isLong ? row.name : "", to: width)
          return "  " + page.style(.name, name) + "  " + line
        }
    }
  }
}
