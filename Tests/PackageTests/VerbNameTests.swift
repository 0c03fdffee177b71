import Testing

/// A verb is one file: nothing else knows its name or those of its arguments as a string.
@Suite struct VerbNameTests {
  private static let verbs = "Sources/Sessions/Verbs/"
  /// Who could know a verb by its name.
  private static let readers = ["RecipeLanguage", "Sessions", "Notebooks", "Reports", "skillet"]

  /// The glossary has the words of the field as its subject.
  private static let files = readers.flatMap {
    Repository.files(under: "Sources/\($0)", ".swift")
  }.filter { !$0.path.hasSuffix("Help/Glossary.swift") }

  /// The names of verbs and arguments, each with the files that declare it.
  private static let names: [String: Set<String>] = {
    var names: [String: Set<String>] = [:]
    for file in Repository.files(under: "Sources/Sessions/Verbs", ".swift") {
      let verbs = file.text.matches(of: /VerbDeclaration\(\s*"(\w+)"/).map(\.output.1)
      let arguments = file.text.matches(of: /= Argument(?:<[^\n]*?>)?\.\w+\(\s*"(\w+)"/)
        .map(\.output.1)
      for name in verbs + arguments { names[String(name), default: []].insert(file.path) }
    }
    return names
  }()

  /// Words that are names of something else as well: fields of results, columns, keys of JSON, settings and
  /// session commands. Nothing may compare a verb or an argument with them either.
  private static let otherNames: Set<String> = [
    "adapter", "as", "chat", "epochs", "file", "format", "keep", "n", "name", "on", "path",
    "perplexity", "prompt", "rows", "run", "seed", "steps", "test", "text", "type", "valid",
    "value", "what",
  ]

  /// Whether a line holds text for people, a declaration's references to other verbs, or a key of JSON.
  private static func isElsewhere(_ line: Substring, before: Substring, after: Substring) -> Bool {
    after.hasPrefix(":") || before.hasSuffix("[") || before.contains("FieldDeclaration(")
      || ["help:", "related:", "foreign:", "wrong:"].contains(where: line.contains)
      || before.hasSuffix("(") && after.hasPrefix(", .")
  }

  private static func mentions(
    in file: Repository.File
  ) -> [(name: String, line: Substring, before: Substring, after: Substring)] {
    file.lines.flatMap { line in
      line.matches(of: /"(\w+)"/).map { match in
        (
          String(match.output.1), line, line[..<match.range.lowerBound],
          line[match.range.upperBound...]
        )
      }
    }
  }

  @Test func `declarations are found`() {
    #expect(Self.names.count > 70)
    #expect(Self.names["lr"] == [Self.verbs + "Train.swift"])
  }

  @Test func `no other file has the name of a verb or an argument in a string`() {
    for file in Self.files {
      for (name, line, before, after) in Self.mentions(in: file) {
        guard let owners = Self.names[name], !owners.contains(file.path),
          !Self.otherNames.contains(name)
        else { continue }
        #expect(
          Self.isElsewhere(line, before: before, after: after), "\(file.path): \(line)")
      }
    }
  }

  @Test func `nothing compares a verb or an argument with a string`() {
    let places = /(?:verb|argument|arguments|given|command)[\w.?!\[(]* *(?:==|!=|\(|\[) *"(\w+)"/
    for file in Self.files {
      for line in file.lines {
        let name = line.firstMatch(of: places).map { String($0.output.1) }
        #expect(name.flatMap { Self.names[$0] } == nil, "\(file.path): \(line)")
      }
    }
  }

  /// A body reads an argument with its declared default; another one beside it would be a second default.
  @Test func `no body gives an argument another default`() {
    // where no value means something, and there is nothing to declare
    let meanings = ["Generate.repetitionPenalty", "Train.patience", "Generate.stop"]
    for file in Self.files {
      for match in file.text.matches(of: /\[([A-Z]\w+\.\w+)\] *\?\? *[\d"\[.]/) {
        #expect(meanings.contains(String(match.output.1)), "\(file.path): \(match.output.0)")
      }
    }
  }
}
