import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// Help that is read off the declarations of verbs and functions.
struct HelpPage {
  let screen: Screen

  private var output: TextOutput { screen.streams.output }

  /// Shows help on a verb, a function or, for an empty subject, everything; false if there is none.
  func show(_ subject: String, isDeep: Bool) -> Bool {
    if subject.isEmpty {
      overview()
    } else if let verb = VerbCatalog.verb(named: subject) {
      show(verb, isDeep: isDeep)
    } else if let function = PureFunction(rawValue: subject) {
      output.writeLine(screen.style(.heading, function.usage.call))
      output.writeLine("  " + function.usage.summary)
    } else if let page = Explanation.of(subject) {
      output.write(page.page)
    } else {
      let known = VerbCatalog.all.map(\.name) + PureFunction.allCases.map(\.rawValue)
      let question = NearestName.question(for: subject, among: known)
      screen.streams.error.writeLine(
        "there is no help on `\(subject)`; " + (question ?? "? lists what there is"))
      return false
    }
    return true
  }

  private func overview() {
    output.writeLine(screen.style(.heading, "Commands") + "  (?name explains one)")
    for verb in VerbCatalog.all { row(verb.name, verb.summary) }
    output.writeLine(screen.style(.heading, "At the prompt"))
    for command in SessionCommands.table { row(":" + command.usage, command.summary) }
    output.writeLine(screen.style(.heading, "Functions"))
    for function in PureFunction.allCases { row(function.usage.call, function.usage.summary) }
  }

  private func row(_ name: String, _ text: String) {
    let left = DisplayWidth.padded(name, to: 26)
    let lines = WrappedText.lines(text, columns: max(20, screen.columns - 30))
    for (index, line) in lines.enumerated() {
      let head =
        index == 0
        ? screen.style(.name, left) : String(repeating: " ", count: DisplayWidth.of(left))
      output.writeLine("  " + head + "  " + line)
    }
  }

  private func show(_ verb: VerbDeclaration, isDeep: Bool) {
    output.writeLine(screen.style(.heading, signature(of: verb)))
    output.writeLine("  " + verb.summary)
    for argument in verb.arguments {
      var text = argument.help + " (" + argument.type.description
      if let value = argument.defaultValue { text += "; default " + value.source }
      if argument.isRequired { text += "; required" }
      row(argument.name, text + ")")
    }
    if !verb.fields.isEmpty {
      output.writeLine(screen.style(.heading, "Gives"))
      for field in verb.fields { row(field.name, field.help + " (" + field.type + ")") }
    }
    output.writeLine(screen.style(.heading, "Examples"))
    for example in verb.examples { output.writeLine("  " + example) }
    if isDeep, !verb.details.isEmpty {
      output.writeLine(screen.style(.heading, "Why"))
      for line in verb.details.split(separator: "\n", omittingEmptySubsequences: false) {
        for part in WrappedText.lines(String(line), columns: max(20, screen.columns - 2)) {
          output.writeLine("  " + part)
        }
      }
    }
    output.writeLine(
      screen.style(
        .dim,
        "See also " + verb.related.joined(separator: ", ")
          + (isDeep || verb.details.isEmpty ? "" : "; ??\(verb.name) says why")))
  }

  private func signature(of verb: VerbDeclaration) -> String {
    let arguments = verb.arguments.map { argument -> String in
      argument.isPositional ? argument.name : "\(argument.name): …"
    }
    return ([verb.name] + [arguments.joined(separator: ", ")]).joined(separator: " ")
  }
}
