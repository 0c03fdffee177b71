import RecipeLanguage
import Sessions

/// Everything in the help that has a word: `:help /rate/`.
struct HelpSearch {
  private let word: String
  private let sessionCommands: [HelpPage.Row]

  /// - Parameters:
  ///   - subject: a text between two slashes; the second may be left out.
  ///   - sessionCommands: those of the prompt that is asked.
  init?(_ subject: String, sessionCommands: [HelpPage.Row]) {
    guard subject.hasPrefix("/") else { return nil }
    let rest = subject.dropFirst()
    self.sessionCommands = sessionCommands
    word = Self.words(of: rest.hasSuffix("/") ? rest.dropLast() : rest)
    if word.allSatisfy(\.isWhitespace) { return nil }
  }

  /// Commands with their arguments and results, functions, session commands and messages, each with what
  /// it is.
  var findings: [HelpPage.Row] {
    VerbCatalog.standard.all.flatMap(findings(of:))
      + PureFunction.allCases.map { ($0.usage.call, $0.usage.summary) }.filter(has)
      + sessionCommands.filter(has)
      + Glossary.all.map { ($0.names.joined(separator: ", "), $0.text) }.filter(has)
      + Explanation.all.filter { contains($0.code + " " + $0.title) }.map { ($0.code, $0.title) }
  }

  private func findings(of verb: VerbDeclaration) -> [HelpPage.Row] {
    var found: [HelpPage.Row] = []
    if contains([verb.name, verb.summary, verb.details].joined(separator: " ")) {
      found.append((verb.name, verb.summary))
    }
    for argument in verb.arguments {
      let name = verb.name + " " + argument.name + (argument.isPositional ? "" : ":")
      if let word = argument.type.words.first(where: contains), !contains(name) {
        found.append(("\(name) \(word)", argument.help))
      } else if has((name, argument.help)) {
        found.append((name, argument.help))
      }
    }
    return found + verb.fields.map { ("(\(verb.name)).\($0.name)", $0.help) }.filter(has)
  }

  private func has(_ finding: HelpPage.Row) -> Bool { contains(finding.name + " " + finding.text) }

  /// Whether a word of the text begins so: `rate` is not in `generate`.
  private func contains(_ text: String) -> Bool { Self.words(of: text[...]).contains(word) }

  /// The words in small letters, each with a blank before it.
  private static func words(of text: Substring) -> String {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { " " + $0 }.joined()
  }
}
