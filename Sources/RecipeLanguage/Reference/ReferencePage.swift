/// The language as one Markdown page, read off the declarations of verbs, functions, units and codes.
package struct ReferencePage {
  private let verbs: VerbCatalog

  package init(_ verbs: VerbCatalog) {
    self.verbs = verbs
  }

  package var text: String { sections.joined(separator: "\n\n") + "\n" }

  private var sections: [String] {
    [Self.opening, Self.recipes, Self.grammar, "## Commands"] + verbs.all.map(Self.command)
      + [Self.functions, Self.units, Self.types, words, Self.codes]
  }

  private static let opening = """
    # The recipe language, version \(VerbCatalog.languageVersion)

    Made by `skillet reference` from the declarations that also feed the checks, `?help` and completion; `make
    reference` renews it. `skillet reference --json` prints the same for programs.
    """

  private static let recipes = """
    ## A recipe

    ```recipe
    recipe "first tune", language: 1
    param steps: int = 20 where steps in 1..500

    ## Prose is Markdown behind two hashes; one hash starts a comment.
    seed 42
    load "smollm2"
    dataset "examples/expenses/train.jsonl"
    split valid: 10%
    let base = eval

    let runs = for r in [2, 8] as "r{r}" {
      lora rank: r, targets: [q_proj, v_proj]
      train steps: steps, lr: 1e-3, budget: 10m  # stops at whichever comes first
      eval
    }
    compare runs, sort: perplexity
    let winner = best(runs, by: perplexity)
    compare {before: base, after: winner}
    assert all(runs.finite), "a run lost its way"
    save winner, to: "out/{winner.name}"
    ```

    - `verb value, name: value`: a line a command. In parentheses a command is a value: `(eval).loss`.
    - `let` binds a name once. Each round of `for` starts from the state before the loop; the loop's value is a table
      with a row for each round; a loop that ends with a loop has the rows of that one. There is nothing else that branches or repeats, so every recipe ends.
    - `assert` is a claim of the author and stops the recipe; `expect` compares with a recorded value (`==`,
      `~= … within …`, `matches "glob"`) and is told at the end. `expect x` alone asks `skillet accept` to record it.
    - `param` takes values from outside: `skillet run FILE --set steps=60`, or several: `--sweep steps=20,60`.
    - `include "common.recipe"` brings the `param` and `let` lines of another file.
    - A `;` behind a line silences its value.
    """

  private static let grammar = """
    ## Grammar

    ```ebnf
    \(Grammar.text)
    ```

    Line ends mean nothing inside of `( )` and `[ ]`, and after a comma or an operator. Tokens:

    ```ebnf
    \(Grammar.tokens)
    ```
    """

  // MARK: Commands

  private static func command(_ verb: VerbDeclaration) -> String {
    var parts = ["### \(verb.name)", verb.summary.sentence + needs(of: verb)]
    if !verb.arguments.isEmpty {
      parts.append(
        table(["argument", "takes", "default", "what"], verb.arguments.map(row)))
    }
    if !verb.fields.isEmpty {
      parts.append(
        table(["gives", "type", "what"], verb.fields.map { [$0.name, $0.type, $0.help] }))
    }
    parts.append("```recipe\n" + verb.examples.joined(separator: "\n") + "\n```")
    if !verb.details.isEmpty { parts.append(verb.details) }
    return parts.joined(separator: "\n\n")
  }

  private static func needs(of verb: VerbDeclaration) -> String {
    guard !verb.needs.isEmpty else { return "" }
    let names = verb.needs.map { $0.rawValue.withArticle }
    return " Needs " + names.joined(separator: " and ") + "."
  }

  private static func row(_ argument: ArgumentDeclaration) -> [String] {
    [
      argument.isPositional ? argument.name : argument.name + ":", argument.type.description,
      argument.defaultValue?.source ?? (argument.isRequired ? "required" : ""), argument.help,
    ]
  }

  // MARK: Words

  private static let functions =
    "## Functions\n\n"
    + table(
      ["call", "gives"], PureFunction.allCases.map { ["`\($0.usage.call)`", $0.usage.summary] })

  private static let units = """
    ## Units

    A unit stands directly behind its number: `10%`, `90s`, `512MB`, `3e-4`, `1_000`, `1..8`.

    - time: \(list(Unit.all.filter { Unit.seconds[$0] != nil }))
    - size: \(list(Unit.all.filter { Unit.bytes[$0] != nil })); K, M, G, T are powers of 1000, Ki to Ti of 1024
    - share: `%`
    """

  private static let types = """
    ## Types of parameters

    \(list(ParameterType.names)), lists of them such as `[int]`, and `one of [nf4, int8]`. An int or a percentage
    counts as a float where one is wanted; nothing else converts.
    """

  private var words: String {
    """
    ## Words

    - Keywords: \(Self.list(Keyword.all.sorted()))
    - Kept free for later versions: \(Self.list(Keyword.reserved.sorted()))
    - Words that arguments take, written without quotes: \(Self.list(verbs.words.sorted()))
    """
  }

  private static let codes =
    "## Codes\n\n`skillet explain E0203` shows a wrong and a right example of each.\n\n"
    + table(["code", "says"], Explanation.all.map { [$0.code, $0.title] })

  // MARK: Markdown

  private static func list(_ words: [String]) -> String {
    words.map { "`\($0)`" }.joined(separator: ", ")
  }

  private static func table(_ heads: [String], _ rows: [[String]]) -> String {
    let lines = [heads, heads.map { _ in "---" }] + rows
    return lines.map { "| " + $0.map(cell).joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension String {
  /// With a capital letter and a full stop.
  fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
