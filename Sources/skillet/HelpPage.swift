import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// Help that is read off the declarations of verbs and functions.
struct HelpPage {
  let screen: Screen

  private var output: TextOutput { screen.streams.output }

  /// Shows help on a verb, a function or, for an empty subject, everything; false if there is none.
  func show(_ subject: String, isDeep: Bool) -> Bool {
    if subject.isEmpty {
      overview()
    } else if let search = HelpSearch(subject) {
      return show(search, subject)
    } else if let verb = VerbCatalog.standard.verb(named: subject) {
      show(verb, isDeep: isDeep)
    } else if let function = PureFunction(rawValue: subject) {
      output.writeLine(screen.style(.heading, function.usage.call))
      output.writeLine("  " + function.usage.summary)
    } else if let page = Explanation.of(subject) {
      output.write(page.page)
    } else {
      let known = VerbCatalog.standard.all.map(\.name) + PureFunction.allCases.map(\.rawValue)
      let question = NearestName.question(for: subject, among: known)
      screen.notice(
        "there is no help on `\(subject)`; "
          + (question ?? "there is on \(known.joined(separator: ", ")) and on codes of messages"),
        .error)
      return false
    }
    return true
  }

  private func show(_ search: HelpSearch, _ subject: String) -> Bool {
    let findings = search.findings
    if findings.isEmpty { screen.notice("nothing in the help has \(subject)", .error) }
    rows(findings)
    return !findings.isEmpty
  }

  private func overview() {
    output.writeLine(screen.style(.heading, "Commands") + "  (?name explains one)")
    rows(VerbCatalog.standard.all.map { ($0.name, $0.summary) })
    output.writeLine(screen.style(.heading, "At the prompt"))
    rows(SessionCommand.allCases.map { (":" + $0.usage, $0.summary) })
    output.writeLine(screen.style(.heading, "Functions"))
    paragraph(PureFunction.allCases.map(\.rawValue).joined(separator: ", "))
    output.writeLine(screen.style(.dim, ":help /word/ finds all that has a word"))
  }

  private func paragraph(_ text: String) {
    for line in WrappedText.lines(text, columns: max(20, screen.columns - 2)) {
      output.writeLine("  " + line)
    }
  }

  /// Names in one column, what they are in the next.
  private func rows(_ rows: [(name: String, text: String)]) {
    let width = min(30, rows.map { DisplayWidth.of($0.name) }.max() ?? 0)
    for row in rows {
      let isLong = DisplayWidth.of(row.name) > width
      if isLong { output.writeLine("  " + screen.style(.name, row.name)) }
      let lines = WrappedText.lines(row.text, columns: max(20, screen.columns - width - 4))
      for (index, line) in lines.enumerated() {
        let name = DisplayWidth.padded(index == 0 && !isLong ? row.name : "", to: width)
        output.writeLine("  " + screen.style(.name, name) + "  " + line)
      }
    }
  }

  private func show(_ verb: VerbDeclaration, isDeep: Bool) {
    output.writeLine(screen.style(.heading, verb.name) + ": " + verb.summary)
    rows(
      verb.arguments.map { argument in
        var text = argument.help + " (" + argument.type.description
        if let value = argument.defaultValue { text += "; default " + value.source }
        if argument.isRequired { text += "; required" }
        return (argument.isPositional ? argument.name : argument.name + ":", text + ")")
      })
    if !verb.fields.isEmpty {
      output.writeLine(screen.style(.heading, "Gives"))
      rows(verb.fields.map { ($0.name, $0.help + " (" + $0.type + ")") })
    }
    output.writeLine(screen.style(.heading, "Examples"))
    for example in verb.examples { output.writeLine("  " + example) }
    if isDeep, !verb.details.isEmpty {
      output.writeLine(screen.style(.heading, "Why"))
      paragraph(verb.details.split(separator: "\n").joined(separator: " "))
    }
    output.writeLine(
      screen.style(
        .dim,
        "See also " + verb.related.joined(separator: ", ")
          + (isDeep || verb.details.isEmpty ? "" : "; ??\(verb.name) says why")))
  }
}
